//! Completions in the shells themselves: somebody types, presses Tab and Enter, and the shell passes on what was meant.

use std::fs;

use super::pty::{Home, Visit};

/// Names that a shell could take for something else. What stands before the space finds each of them alone.
const NAMES: &[&str] = &[
    "aa two words",
    "bb it's",
    "cc say \"hi\"",
    "dd $(touch injected)",
    "ee back\\slash",
    "ff `x`; & | < > ( ) { } [ ] * ? # ~",
    "gg:colon:s",
    "hh=equal@at",
    "ii żółw 日本",
    "jj !bang!",
    "-kk --dash",
    "ll 'mixed\" quotes",
    "mm/slash /",
];

/// What is typed before a Tab, and what the command is given then: the same in every shell.
const TYPED: &[(&str, &[&str])] = &[
    ("show github/aa", &["show", "github/aa two words"]),
    ("show \"github/aa", &["show", "github/aa two words"]),
    ("show 'github/aa", &["show", "github/aa two words"]),
    ("show 'github/aa two w", &["show", "github/aa two words"]),
    (r"show github/aa\ two\ w", &["show", "github/aa two words"]),
    ("show github/bb", &["show", "github/bb it's"]),
    ("show github/cc", &["show", "github/cc say \"hi\""]),
    ("show github/dd", &["show", "github/dd $(touch injected)"]),
    ("show \"github/dd", &["show", "github/dd $(touch injected)"]),
    ("show github/ee", &["show", "github/ee back\\slash"]),
    ("show 'github/ee", &["show", "github/ee back\\slash"]),
    ("show github/ff", &["show", "github/ff `x`; & | < > ( ) { } [ ] * ? # ~"]),
    ("show \"github/ff", &["show", "github/ff `x`; & | < > ( ) { } [ ] * ? # ~"]),
    ("show github/gg", &["show", "github/gg:colon:s"]),
    ("show github/gg:", &["show", "github/gg:colon:s"]),
    ("show github/gg:colon:", &["show", "github/gg:colon:s"]),
    ("show github/hh=eq", &["show", "github/hh=equal@at"]),
    ("show github/ii", &["show", "github/ii żółw 日本"]),
    ("show github/jj", &["show", "github/jj !bang!"]),
    ("show github/-k", &["show", "github/-kk --dash"]),
    ("show github/ll", &["show", "github/ll 'mixed\" quotes"]),
    ("show github/mm/", &["show", "github/mm/slash /"]),
    ("restore git", &["restore", "gitlab/trashed"]),
    ("list account:", &["list", "account:\"ada lovelace\""]),
    ("list tag:te", &["list", "tag:team:web"]),
    ("list -service:", &["list", "-service:github"]),
    ("tag github/x -te", &["tag", "github/x", "-team:web"]),
    ("tag github/x --vault=ma", &["tag", "github/x", "--vault=main"]),
    ("--vault ma", &["--vault", "main"]),
    ("list --columns name,expi", &["list", "--columns", "name,expires"]),
    ("list --sort -expi", &["list", "--sort", "-expires"]),
    ("key remove a", &["key", "remove", "age"]),
    ("expire github/x --asc", &["expire", "github/x", "--ascii"]),
    ("hist", &["history"]),
    // A part that one name alone has.
    ("restore trash", &["restore", "gitlab/trashed"]),
    ("show two", &["show", "github/aa two words"]),
    ("show 'colon:", &["show", "github/gg:colon:s"]),
    // Files: the folder that one is in is none.
    ("import only", &["import", "only-one.csv"]),
    ("--no-agent show github/aa", &["--no-agent", "show", "github/aa"]),
    ("--vault other show github/aa", &["--vault", "other", "show", "github/aa"]),
];

/// A home with a vault of such names, unlocked.
fn home() -> Home {
    let home = Home::bare();
    home.done(&["init"], "");
    for (at, name) in NAMES.iter().enumerate() {
        let path = format!("github/{name}");
        let secret = format!("not-a-real-secret-{at}");
        home.done(
            &["add", &path, "--stdin", "--expires", "3d", "--account", "ada lovelace", "--tag", "team:web"],
            &secret,
        );
    }
    home.done(&["add", "gitlab/trashed", "--stdin"], "not-a-real-secret");
    home.done(&["remove", "gitlab/trashed"], "");
    home.done(&["unlock"], "");
    fs::write(home.path("only-one.csv"), "").unwrap();
    home
}

/// A shell as somebody has it who installed the completions: in it, `patvault` prints what it is given.
struct Shell {
    program: &'static str,
    /// Where the completions go, and where the shell looks for what it begins with.
    completions: &'static str,
    begins: &'static str,
    says: &'static str,
    args: &'static [&'static str],
}

const SHELLS: [Shell; 3] = [
    Shell {
        program: "bash",
        completions: "completions/patvault",
        begins: "rc",
        says: "PS1='READY> '; bind 'set enable-bracketed-paste off'; source ~/completions/patvault
patvault() { printf '<%s>' \"$@\"; echo; }
",
        args: &["--noprofile", "--rcfile", "rc", "-i"],
    },
    Shell {
        program: "zsh",
        completions: "completions/_patvault",
        begins: ".zshrc",
        says: "PS1='READY> '; unset zle_bracketed_paste; fpath=(~/completions $fpath)
autoload -Uz compinit; compinit -D -u
patvault() { printf '<%s>' \"$@\"; echo; }
",
        args: &["-d", "-i"],
    },
    Shell {
        program: "fish",
        completions: ".config/fish/completions/patvault.fish",
        begins: ".config/fish/config.fish",
        says: "set fish_greeting; function fish_prompt; echo 'READY> '; end
function patvault; printf '<%s>' $argv; echo; end
",
        args: &["-i"],
    },
];

impl Shell {
    fn visit(&self, home: &Home) -> Option<Visit> {
        for (file, text) in
            [(self.completions, home.done(&["completions", self.program], "")), (self.begins, self.says.to_owned())]
        {
            fs::create_dir_all(home.path(file).parent().unwrap()).unwrap();
            fs::write(home.path(file), text).unwrap();
        }
        home.visit_other(self.program, self.args, &[])
    }
}

fn types_and_tabs(shell: &Shell, home: &Home, cases: &[(&str, &[&str])]) {
    let Some(mut visit) = shell.visit(home) else { return };
    for (typed, want) in cases {
        visit.sees("READY> ").types(&format!("patvault {typed}\t\n"));
        visit.sees(&want.iter().map(|word| format!("<{word}>")).collect::<String>());
    }
    visit.sees("READY> ").types("exit\n");
    visit.ends();
    assert!(!home.path("injected").exists(), "a name was run as a command");
}

#[test]
fn bash_passes_on_what_was_meant() {
    types_and_tabs(&SHELLS[0], &home(), TYPED);
}

#[test]
fn zsh_passes_on_what_was_meant() {
    types_and_tabs(&SHELLS[1], &home(), TYPED);
}

#[test]
fn fish_passes_on_what_was_meant() {
    types_and_tabs(&SHELLS[2], &home(), TYPED);
}

#[test]
fn where_there_is_a_choice_it_is_told() {
    let home = home();
    for shell in &SHELLS[1..] {
        let Some(mut visit) = shell.visit(&home) else { continue };
        visit.sees("READY> ").types("patvault show github/\t").sees("ends in 3 days");
    }
}

#[test]
fn the_folder_itself_is_not_offered_as_a_file() {
    let home = home();
    for shell in ["bash", "zsh", "fish"] {
        let words: &[&str] = if shell == "bash" { &["patvault import ", ""] } else { &["patvault", "import", ""] };
        let offered = home.done(&[&["complete", shell, "--"], words].concat(), "");
        assert!(offered.contains("only-one.csv"), "{offered}");
        assert!(!offered.lines().any(|line| line == "."), "{offered}");
    }
}

#[test]
fn locked_nothing_comes_and_nobody_is_asked() {
    let home = home();
    home.done(&["lock"], "");
    // What is no secret is still there.
    let cases: &[(&str, &[&str])] = &[
        ("show github/aa", &["show", "github/aa"]),
        ("restore git", &["restore", "git"]),
        ("list tag:te", &["list", "tag:te"]),
        ("--vault ma", &["--vault", "main"]),
        ("hist", &["history"]),
    ];
    for shell in &SHELLS {
        types_and_tabs(shell, &home, cases);
    }
}
