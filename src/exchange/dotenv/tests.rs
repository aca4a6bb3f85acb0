use proptest::prelude::*;

use super::*;
use crate::exchange::tests::{NoCustoms, SECRET, full, fulls, text, told};
use crate::token::now::tests::instant;

fn options(service: &str, all: bool) -> Options {
    Options { service: Some(service.to_owned()).filter(|service| !service.is_empty()), map: vec![], all }
}

fn import(file: &str) -> Result<Imported, Error> {
    read(file.as_bytes(), &Options::default(), &NoCustoms)
}

#[test]
fn a_variables_name_says_the_path() {
    let cases = [
        ("", "GITHUB_TOKEN", "github/token"),
        ("", "GITHUB_CI_TOKEN", "github/ci"),
        ("", "GH_TOKEN", "gh/token"),
        ("", "gitlab_personal_access_token", "gitlab/personal"),
        ("", "SLACK_BOT_OAUTH_SECRET", "slack/bot-oauth"),
        ("", "OPENAI_API_KEY", "openai/api-key"),
        ("", "_X__Y_PAT", "x/y"),
        ("", "DB_PASSWORD", "db/password"),
        ("github", "GITHUB_CI_TOKEN", "github/ci"),
        ("github", "CI_TOKEN", "github/ci"),
        ("github", "TOKEN", "github/token"),
    ];
    for (service, variable, want) in cases {
        let file = format!("{variable}={SECRET}");
        let imported = read(file.as_bytes(), &options(service, false), &NoCustoms).unwrap();
        let draft = &imported.drafts[0].1;
        assert_eq!((draft.path().as_str(), draft.versions[0].secret.expose()), (want, SECRET), "{variable}");
        assert_eq!(draft.note, Some(format!("from ${variable}")));
    }
}

/// Tokens of GitHub's, those of its own servers apart.
struct Hub;

impl Customs for Hub {
    fn service(&self, variable: &str) -> Option<String> {
        variable.starts_with("GH_").then(|| "github".to_owned())
    }

    fn addressed(&self, variable: &str) -> Option<String> {
        (variable == "GH_HOST").then(|| "github".to_owned())
    }

    fn instance(&self, _: &str, variable: &str, address: Option<&str>) -> Result<Option<String>, String> {
        match (variable, address) {
            ("GH_ENTERPRISE", None) => Err("whose".into()),
            ("GH_ENTERPRISE", Some(at)) => Ok(Some(at.to_owned())),
            _ => Ok(None),
        }
    }
}

#[test]
fn what_a_variable_customarily_holds_counts_before_its_words() {
    let file = "GH_TOKEN=s1\nGH_ENTERPRISE=s2\nCI_TOKEN=s3\nGH_HOST=hub.example.com\n";
    let imported = read(file.as_bytes(), &Options::default(), &Hub).unwrap();
    let found = |(_, draft): &(Place, Draft)| format!("{} {:?}", draft.path(), draft.instance);
    let found: Vec<String> = imported.drafts.iter().map(found).collect();
    let there = r#"github/gh-enterprise Some("https://hub.example.com")"#;
    assert_eq!(found, ["github/gh None", there, "ci/token None"]);
    assert_eq!(imported.notes, ["GH_HOST says where tokens of github are: https://hub.example.com"]);

    // The person's word about the service counts before what is customary.
    let imported = read(file.as_bytes(), &options("ci", true), &Hub).unwrap();
    assert!(imported.drafts.iter().all(|(_, draft)| draft.service == "ci" && draft.instance.is_none()));
    let message = told(&read(b"GH_ENTERPRISE=s2\n", &Options::default(), &Hub).unwrap_err());
    assert!(message.contains("line 1, GH_ENTERPRISE: whose"), "{message}");
    let message = told(&read(b"GH_HOST='no address'\nGH_TOKEN=s1", &Options::default(), &Hub).unwrap_err());
    assert!(message.contains("line 1, GH_HOST: an instance is"), "{message}");
    let message = told(&read(b"GH_HOST=$HUB\nGH_TOKEN=s1", &Options::default(), &Hub).unwrap_err());
    assert!(message.starts_with("line 1, GH_HOST: its value refers to another variable"), "{message}");
    let twice = b"GH_HOST=a.example.com\nGH_TOKEN=s1\nGH_HOST=b.example.com";
    let message = told(&read(twice, &Options::default(), &Hub).unwrap_err());
    assert_eq!(message, "line 3, GH_HOST: GH_HOST says another place already; leave one of them out");
    let same = b"GH_HOST=a.example.com\nGH_TOKEN=s1\nGH_HOST=https://a.example.com/";
    assert!(read(same, &Options::default(), &Hub).is_ok());
}

#[test]
fn names_stay_apart() {
    let imported = import("GITHUB_CI_TOKEN=s1\nGITHUB_CI_KEY=s2\nGITHUB_X_KEY=s3\n").unwrap();
    let paths: Vec<_> = imported.drafts.iter().map(|(place, draft)| format!("{place} {}", draft.path())).collect();
    assert_eq!(paths, ["line 1 github/ci-token", "line 2 github/ci-key", "line 3 github/x"]);
}

#[test]
fn quotes_and_escapes() {
    let cases = [
        ("s1", "s1"),
        ("  s1  ", "s1"),
        ("s1\r", "s1"),
        ("s1 # a comment, it's one", "s1"),
        ("s1\t#x", "s1"),
        ("s1#x", "s1#x"),
        ("'s1'", "s1"),
        ("'s\\n$X`1'", "s\\n$X`1"),
        ("'s1' # it's", "s1"),
        ("\"s1\"", "s1"),
        ("\"s\\\"\\\\\\$\\'1\"", "s\"\\$\\'1"),
        ("s\\$x\\ ", "s$x "),
        ("'it'\\''s'", "it's"),
        ("it's", "it's"),
        ("a\"b", "a\"b"),
        ("s$1$", "s$1$"),
        ("c:\\x", "c:\\x"),
        ("'s1'\"s2\"s3", "s1s2s3"),
        ("a=b==", "a=b=="),
    ];
    for (value, want) in cases {
        for file in [format!("X_TOKEN={value}"), format!("#\n\n export  X_TOKEN = {value}\nY_KEY=x\n")] {
            let found = Assignments::of(&file).next().unwrap().unwrap();
            let bytes = found.value.into_secret_bytes();
            assert_eq!((found.name, String::from_utf8(bytes).unwrap().as_str()), ("X_TOKEN", want), "{file}");
            assert!(!found.refers, "{file}");
        }
    }
}

#[test]
fn a_sign_begins_a_comment_only_after_a_space() {
    for (file, want) in [("X=#s1", "#s1"), ("X= #s1", ""), ("X=a#b #c", "a#b")] {
        let found = Assignments::of(file).next().unwrap().unwrap();
        assert_eq!(found.value.into_secret_bytes(), want.as_bytes(), "{file}");
    }
}

#[test]
fn lines_are_counted_through_values_of_several_lines() {
    let file = "A_NOTE=\"x\ny # z\n\" # c\nB_NOTE='\n'\nX_TOKEN=s1\n";
    let lines: Vec<_> = Assignments::of(file).map(|found| found.unwrap()).map(|a| (a.line, a.name)).collect();
    assert_eq!(lines, [(1, "A_NOTE"), (4, "B_NOTE"), (6, "X_TOKEN")]);
}

#[test]
fn what_is_no_token_is_passed_over_and_told() {
    let file = "PATH=/bin\nHOME='/x y'\nX_TOKEN=\nY_TOKEN=''\nNAME=$X\nGITHUB_PAT=s1\n";
    let imported = import(file).unwrap();
    assert_eq!(imported.drafts.len(), 1);
    assert_eq!(
        imported.notes,
        [
            "empty, left out: X_TOKEN, Y_TOKEN",
            "passed over, since their names do not speak of a token: PATH, HOME, NAME"
        ]
    );
    let imported = read(b"DB_URL=x\nDB_B=", &options("", true), &NoCustoms).unwrap();
    assert_eq!(
        (imported.drafts[0].1.path(), imported.notes),
        ("db/url".to_owned(), vec!["empty, left out: DB_B".to_owned()])
    );
    let many: String = (0..30).map(|n| format!("V{n}=1\n")).collect();
    assert!(import(&many).unwrap().notes[0].ends_with(", V19 and 10 more"));
    assert_eq!(told(&import("# only a comment\n").unwrap_err()), "the file holds no tokens");
}

#[test]
fn bad_lines_are_named_and_never_shown() {
    let cases = [
        ("not-a-real-secret-1", "line 1: it is neither NAME=value nor a comment"),
        ("\nnot-a-real-secret-1=x", "line 2: what stands before '=' is no name of a variable"),
        ("\u{1b}[31mX_TOKEN=not-a-real-secret-1", "line 1: what stands before '=' is no name of a variable"),
        ("X_TOKEN\u{202e}=not-a-real-secret-1", "line 1: what stands before '=' is no name of a variable"),
        ("=not-a-real-secret-1", "line 1: what stands before '=' is no name of a variable"),
        ("exportX-TOKEN=not-a-real-secret-1", "line 1: what stands before '=' is no name of a variable"),
        ("A=1\nX_TOKEN= \"not-a-real-secret-1\n", "line 2, character 10: the quote that begins here is never closed"),
        ("X_TOKEN='not-a-real-secret-1", "line 1, character 9: the quote that begins here is never closed"),
        (
            "X_TOKEN=not-a-real secret-1",
            "line 1, X_TOKEN: the secret holds a space at character 11, which no token does",
        ),
        (
            "X_TOKEN=\"not-a-real\nsecret-1\"",
            "line 1, X_TOKEN: the secret holds a line break at character 11, which no token does",
        ),
        ("X_TOKEN=not-a-real\0", "line 1, X_TOKEN: the secret holds a NUL at character 11, which no token does"),
        ("X_TOKEN=not-a-real-secret-1\nX_TOKEN=s2", "line 2, X_TOKEN: the variable is set in line 1 already"),
        (
            "TOKEN=not-a-real-secret-1",
            "line 1, TOKEN: its name says no service; give one for the whole file with --service github",
        ),
        (
            "X_TOKEN=\"not-a-real-${SECRET}\"",
            "line 1, X_TOKEN: its value refers to another variable or a command, which is not followed; \
             in single quotes it is taken as it stands",
        ),
    ];
    for (file, want) in cases {
        assert_eq!(told(&import(file).unwrap_err()), want, "{file}");
    }
    for value in ["$X", "a$(x)", "`x`", "\"$X\"", "$_x"] {
        assert!(import(&format!("X_TOKEN={value}")).is_err(), "{value}");
    }
    let message = told(&read(b"A_TOKEN=s1", &options("Git Hub", false), &NoCustoms).unwrap_err());
    assert!(message.starts_with("line 1, A_TOKEN: a service is a word"), "{message}");
    let long = format!("X_TOKEN={SECRET}\n{}_TOKEN=s1", "A".repeat(600));
    assert!(told(&import(&long).unwrap_err()).starts_with("line 2, AAAA"));
}

#[test]
fn bad_lines_are_collected() {
    assert_eq!(
        told(&import("X_TOKEN=a b\njunk\nY_TOKEN=s1\n").unwrap_err()),
        "2 rows cannot be taken:\n  \
         line 1, X_TOKEN: the secret holds a space at character 2, which no token does\n  \
         line 2: it is neither NAME=value nor a comment"
    );
}

#[test]
fn an_export_reads_like_this() {
    let mut gone = full("github/old", SECRET);
    gone.token.purged = Some(instant("2026-11-22T10:00:00Z"));
    let tokens = [full("github/ci deploy", SECRET), full("github/token", "it's"), full("1password/żółw", "$x"), gone];
    let exported = write(tokens.iter().cloned()).unwrap();
    assert_eq!(
        text(&exported),
        "GITHUB_CI_DEPLOY_TOKEN='not-a-real-secret-1'\nGITHUB_TOKEN='it'\\''s'\n_1PASSWORD_W_TOKEN='$x'\n"
    );
    assert_eq!(exported.notes, ["1 token in the trash or purged: left out"]);
}

#[test]
fn an_export_that_would_say_nothing_or_two_things_is_refused() {
    let mut bare = full("github/ci", SECRET);
    bare.secrets.clear();
    assert_eq!(
        told(&write([bare].into_iter()).unwrap_err()),
        "there are no secrets in it: a dotenv file holds nothing else"
    );
    let error = write([full("github/ci", SECRET), full("github/CI", "s2")].into_iter()).unwrap_err();
    assert_eq!(told(&error), "github/ci and github/CI would both be written as GITHUB_CI_TOKEN");
}

proptest! {
    #[test]
    fn secrets_come_back_as_they_were(full in fulls()) {
        let exported = write(std::iter::once(full.clone())).unwrap();
        let imported = read(text(&exported).as_bytes(), &options("github", false), &NoCustoms).unwrap();
        let got = imported.drafts[0].1.versions[0].secret.expose();
        prop_assert_eq!(got, full.secret().unwrap().expose());
    }
}
