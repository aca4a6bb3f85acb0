//! Questions whose answers are not shown.

use rustix::process::Signal;

use super::pty::Home;

const PASSPHRASE: &str = "correct horse battery staple 7";

#[test]
fn init_asks_twice_and_not_again_and_three_wrong_passphrases_are_enough() {
    let home = Home::bare();
    let Some(mut visit) = home.visit_with(&["init"], 80, &[]) else { return };
    visit.sees("New passphrase: ").types("\n").sees("cannot be empty");
    visit.sees("New passphrase: ").types("hunter2\n").sees("this passphrase is weak");
    visit.sees("Use it all the same? [y/N] ").types("n\n");
    visit.sees("New passphrase: ").types(&format!("{PASSPHRASE}\n"));
    visit.sees("The same again: ").types("correct horse battery maple\n").sees("The two are not the same.");
    visit.sees("New passphrase: ").types(&format!("{PASSPHRASE}\n"));
    visit.sees("The same again: ").types(&format!("{PASSPHRASE}\n")).sees("Created the vault 'main'");
    let end = visit.ends();
    assert_eq!(end.code, Some(0), "{end:?}");
    assert!(end.given_back);
    for typed in ["hunter2", "horse", "maple"] {
        assert!(!end.seen.contains(typed), "{}", end.seen);
    }

    home.done(&["list"], "");
    home.done(&["lock"], "");
    let mut visit = home.visit_with(&["list"], 80, &[]).unwrap();
    for wrong in ["correct", "horse", "battery"] {
        visit.sees("Passphrase of the vault 'main': ").types(&format!("{wrong}\n"));
    }
    let end = visit.ends();
    assert_eq!((end.code, end.given_back), (Some(3), true), "{end:?}");
    assert_eq!(end.seen.matches("That is not the passphrase.").count(), 2, "{end:?}");
    assert!(end.seen.contains("error: "), "{end:?}");
}

#[test]
fn init_leaves_no_agent_where_none_is_wanted() {
    let home = Home::bare();
    let init = |args: &[&str]| {
        let Some(mut visit) = home.visit_with(args, 80, &[]) else { return true };
        visit.sees("New passphrase: ").types(&format!("{PASSPHRASE}\n"));
        visit.sees("The same again: ").types(&format!("{PASSPHRASE}\n")).sees("Created the vault");
        visit.ends().code == Some(0) && !home.path("p/run/agent.sock").exists()
    };
    assert!(init(&["init", "--no-agent"]));
    std::fs::create_dir_all(home.path("p/config")).unwrap();
    std::fs::write(home.path("p/config/config.toml"), "[agent]\nauto = false\n").unwrap();
    assert!(init(&["init", "--name", "other"]));
}

#[test]
fn ctrl_c_ends_a_question_and_gives_the_terminal_back() {
    for key in ["\x03", "\x1c", "half of it\x03"] {
        let home = Home::bare();
        let Some(mut visit) = home.visit_with(&["init"], 80, &[]) else { return };
        visit.sees("New passphrase: ");
        assert!(!visit.is_open(), "what is typed would be shown");
        visit.types(key);
        let end = visit.ends();
        assert_eq!((end.code, end.given_back), (Some(3), true), "{end:?}");
        assert!(end.seen.contains("cancelled; nothing was changed") && !end.seen.contains("half"), "{end:?}");
        assert!(!home.path("p/data").exists(), "something was created");
    }
}

#[test]
fn a_signal_ends_the_program_as_always_and_the_terminal_is_given_back() {
    let home = Home::furnished();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let Some(mut visit) = home.visit(&["add", "gitlab/deploy"]) else { return };
        visit.sees("Secret of gitlab/deploy (not shown): ");
        assert!(!visit.is_open());
        visit.types("not-a-real-half").sends(signal);
        let end = visit.ends();
        assert_eq!((end.code, end.signal, end.given_back), (None, Some(signal.as_raw()), true), "{end:?}");
        assert!(!end.seen.contains("half"), "{end:?}");
    }
    assert!(!home.done(&["list"], "").contains("gitlab"));
}

#[test]
fn a_signal_after_a_question_ends_the_program_too() {
    let home = Home::furnished();
    // What unlocks keeps the program waiting when the questions before it are answered.
    std::fs::write(home.path("slow"), "echo waiting >/dev/tty; read -r line </dev/tty; echo passphrase").unwrap();
    std::fs::create_dir(home.path("p/config")).unwrap();
    std::fs::write(home.path("p/config/config.toml"), "passphrase_command = 'sh \"$HOME/slow\"'").unwrap();
    let Some(mut visit) = home.visit_with(&["add", "gitlab"], 80, &[]) else { return };
    visit.sees("Name").types("deploy\n").sees("waiting");
    assert!(visit.is_open());
    visit.sends(Signal::TERM);
    let end = visit.ends();
    assert_eq!((end.signal, end.given_back), (Some(Signal::TERM.as_raw()), true), "{end:?}");
    assert!(!home.done(&["list"], "").contains("gitlab"));
}

#[test]
fn more_than_a_line_is_no_secret_and_does_not_reach_the_shell() {
    let home = Home::furnished();
    let Some(mut visit) = home.visit(&["add", "gitlab/deploy"]) else { return };
    visit.sees("Secret of gitlab/deploy (not shown): ").types("not-a-real-first\nnot-a-real-second\n");
    let end = visit.ends();
    assert_eq!(end.code, Some(2), "{end:?}");
    assert!(end.seen.contains("the secret holds a line break"), "{end:?}");
    assert!(!end.seen.contains("not-a-real"), "{end:?}");
}

const ACME: &str = "language = 1
name = 'Acme'
[[site]]
at = 'https://acme.example'
[field.account]
what = 'its number'
pattern = '[0-9]+'
needed = true
[field.client_secret]
what = 'the application'
secret = true
needed = true
[field.token_secret]
what = 'the other half'
secret = true
[[kind]]
id = 'key'
name = 'key'
fields = ['account', 'client_secret', 'token_secret']
";

#[test]
fn what_a_service_needs_besides_is_asked_for_and_its_secrets_are_not_shown() {
    let home = Home::furnished();
    std::fs::create_dir_all(home.path("p/config/services")).unwrap();
    std::fs::write(home.path("p/config/services/acme.toml"), ACME).unwrap();
    let add = ["add", "acme/app", "--kind", "key", "--field", "token_secret"];
    let Some(mut visit) = home.visit(&add) else { return };
    visit.sees("Secret of acme/app (not shown): ").types("not-a-real-1\n");
    visit.sees("token_secret (the other half; not shown): ").types("not-a-real-2\n");
    visit.sees("account (its number): ").types("many\n").sees("'many' cannot be the account");
    visit.sees("account (its number): ").types("12\n");
    visit.sees("client_secret (the application; not shown): ");
    assert!(!visit.is_open());
    visit.types("\n").sees("Added acme/app").sees("it needs client_secret, the application");
    let end = visit.ends();
    assert_eq!((end.code, end.given_back), (Some(0), true), "{end:?}");
    assert!(!end.seen.contains("not-a-real"), "{end:?}");
    let field = |name: &str| home.done(&["get", "acme/app", "--field", name], "");
    assert_eq!((field("account").as_str(), field("token_secret").as_str()), ("12", "not-a-real-2"));

    for secret in ["not-a-real-3", "not-a-real-4"] {
        let mut visit = home.visit(&["edit", "acme/app", "--field", "client_secret", "--field", "account=13"]).unwrap();
        visit.sees("client_secret (the application; not shown): ").types(&format!("{secret}\n"));
        visit.sees("Edited acme/app");
        let end = visit.ends();
        assert_eq!(end.code, Some(0), "{end:?}");
        assert!(!end.seen.contains("not-a-real"), "{end:?}");
        assert_eq!((field("account").as_str(), field("client_secret").as_str()), ("13", secret));
    }
    let told = home.done(&["history", "acme/app"], "");
    for part in ["secret token_secret: added", "secret client_secret: added", "secret client_secret: replaced"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("not-a-real"), "{told}");

    // Who ends a question changes nothing.
    let mut visit = home.visit(&["edit", "acme/app", "--field", "account=14", "--field", "client_secret"]).unwrap();
    visit.sees("not shown): ").types("\x03");
    assert_eq!(visit.ends().code, Some(3));
    assert_eq!(field("account"), "13");
}

#[test]
fn ctrl_c_is_no_answer_wherever_it_is_pressed() {
    for key in ["\x03", "\x04"] {
        let home = Home::bare();
        let Some(mut visit) = home.visit_with(&["init"], 80, &[]) else { return };
        visit.sees("New passphrase: ").types("hunter2\n");
        visit.sees("Use it all the same? [y/N] ").types(key);
        let end = visit.ends();
        assert_eq!((end.code, end.given_back), (Some(3), true), "{end:?}");
        assert!(end.seen.contains("cancelled; nothing was changed"), "{end:?}");
    }

    let home = Home::furnished();
    for (answers, question) in [(&[][..], "Service (such as github): "), (&["gitlab\n"], "Name (what you call it): ")] {
        let mut visit = home.visit(&["add"]).unwrap();
        visit.sees("Secret (not shown): ").types("not-a-real-secret-2\n");
        for answer in answers {
            visit.sees("Service (such as github): ").types(answer);
        }
        visit.sees(question).types("\x03");
        let end = visit.ends();
        assert_eq!(end.code, Some(3), "{end:?}");
        assert!(end.seen.contains("cancelled; nothing was changed"), "{end:?}");
    }
}

#[test]
fn stdin_that_is_a_terminal_does_not_show_the_secret() {
    let home = Home::furnished();
    let Some(mut visit) = home.visit(&["add", "gitlab/deploy", "--stdin"]) else { return };
    visit.sees("Secret of gitlab/deploy (not shown): ");
    assert!(!visit.is_open());
    visit.types("not-a-real-secret-2\n").sees("Added gitlab/deploy");
    let end = visit.ends();
    assert!(end.code == Some(0) && !end.seen.contains("not-a-real"), "{end:?}");
    assert_eq!(home.done(&["get", "gitlab/deploy"], ""), "not-a-real-secret-2");
}

#[test]
fn ctrl_z_does_not_go_into_the_answer() {
    let home = Home::furnished();
    let Some(mut visit) = home.visit(&["add"]) else { return };
    visit.sees("Secret (not shown): ").types("not-a-real-\x1asecret-2\n");
    visit.sees("Service (such as github): ").types("gitlab\n");
    visit.sees("Name (what you call it): ").types("dep\x1aloy\n").sees("Added gitlab/deploy");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(home.done(&["get", "gitlab/deploy"], ""), "not-a-real-secret-2");
}
