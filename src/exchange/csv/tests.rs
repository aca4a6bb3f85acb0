use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::exchange::tests::{SECRET, added, full, fulls, now, text, told};
use crate::scope::{Risk, Scope};
use crate::token::expiry::{Date, Source};
use crate::token::now::tests::{day, instant};
use crate::token::tests::verdict;
use crate::token::{State, tests::version};
use crate::verdict::Outcome;

fn options(service: &str, map: &[&str]) -> Options {
    Options {
        service: Some(service.to_owned()).filter(|service| !service.is_empty()),
        map: map.iter().map(|chosen| chosen.parse().unwrap()).collect(),
        all: false,
    }
}

fn import(table: &str) -> Result<Imported, Error> {
    read(table.as_bytes(), &Options::default(), &now())
}

/// The line and the path of every token.
fn paths(imported: &Imported) -> Vec<String> {
    imported.drafts.iter().map(|(place, draft)| format!("{place}: {}", draft.path())).collect()
}

#[test]
fn takes_a_row_with_everything() {
    let table = "\u{feff}Provider;Title;API;Login Username;Expires At;created_at;\
        Permissions;Folder;Notes;Type;base-url;TOKEN\r\n\
        GitHub;ci deploy;;octo;2027-01-31;2026-11-01T10:00:00+01:00;repo, read:org;#prod work;\
        \"two\r\nlines \"\"quoted\"\"\";classic;git.example.com/x; not-a-real-secret-1 \r\n";
    let imported = import(table).unwrap();
    assert_eq!(paths(&imported), ["line 2: github/ci deploy"]);
    let draft = &imported.drafts[0].1;
    assert_eq!(draft.account.as_deref(), Some("octo"));
    assert_eq!(draft.kind.as_deref(), Some("classic"));
    assert_eq!(draft.instance.as_deref(), Some("https://git.example.com/x"));
    assert_eq!(draft.tags, BTreeSet::from(["prod".to_owned(), "work".to_owned()]));
    assert_eq!(draft.note.as_deref(), Some("two\r\nlines \"quoted\""));
    let version = &draft.versions[0];
    assert_eq!(version.secret.expose(), SECRET);
    assert_eq!(version.issued, Some(Date::Instant(instant("2026-11-01T09:00:00Z"))));
    assert_eq!(version.expiry, Expiry::Ends(Date::Day(day("2027-01-31")), Source::Typed));
    assert_eq!(version.state, State::Current);
    assert_eq!(version.scopes, ["repo", "read:org"].map(|name| Scope { name: name.into(), rated: None, known: None }));
}

#[test]
fn lines_are_counted_through_blank_ones_and_line_breaks_in_cells() {
    for end in ["\n", "\r\n"] {
        let table = "\nservice,name,note,token\n\na,b,\"x\ny\",s1\n,,,\nc,d,,s2\n\n".replace('\n', end);
        assert_eq!(paths(&import(&table).unwrap()), ["line 4: a/b", "line 7: c/d"], "{end:?}");
    }
    assert_eq!(paths(&import("service\tname\ttoken\na\tb,c;d\ts1").unwrap()), ["line 2: a/b,c;d"]);
}

#[test]
fn a_service_may_be_an_address_or_come_from_outside() {
    let gitlab = Some("https://gitlab.example.com");
    let cases: [(&str, &str, &str, Option<&str>); 12] = [
        ("service", "GitHub", "github", None),
        ("service", "Azure DevOps", "azure-devops", None),
        ("service", "https://gitlab.example.com/-/profile?x", "gitlab.example.com", gitlab),
        ("host", "github.com", "github", None),
        ("host", "", "given", None),
        ("url", "https://www.github.com/settings/tokens", "given", Some("https://www.github.com")),
        ("url", "", "given", None),
        ("login_uri", "https://given.com/login", "given", None),
        ("url", "https://gitlab.example.com/-/profile", "given", gitlab),
        ("base_url", "https://gitlab.example.com/git/", "given", Some("https://gitlab.example.com/git")),
        ("instance", "gitlab.example.com", "given", gitlab),
        ("other", "x", "given", None),
    ];
    for (column, cell, service, instance) in cases {
        let table = format!("name,{column},token\nci,{cell},s1\n");
        let imported = read(table.as_bytes(), &options("given", &[]), &now()).unwrap();
        let draft = &imported.drafts[0].1;
        assert_eq!((draft.service.as_str(), draft.instance.as_deref()), (service, instance), "{column} {cell}");
    }
    let browser =
        "name,url,username,password\ngithub.com,https://github.com/login,octo,s1\n,https://git.example.com/x,me,s2";
    let imported = import(browser).unwrap();
    assert_eq!(paths(&imported), ["line 2: github/github.com", "line 3: git.example.com/me"]);
    assert_eq!(imported.drafts[0].1.instance, None);
    assert_eq!(imported.drafts[1].1.instance.as_deref(), Some("https://git.example.com"));
}

#[test]
fn dates_are_read_as_people_write_them() {
    let cases = [
        ("", Expiry::Unknown),
        ("unknown", Expiry::Unknown),
        ("Never", Expiry::Never(Source::Typed)),
        ("90d", Expiry::Ends(Date::Day(day("2027-02-20")), Source::Typed)),
        ("2027-01-31T00:00:00Z", Expiry::Ends(Date::Instant(instant("2027-01-31T00:00:00Z")), Source::Typed)),
    ];
    for (cell, want) in cases {
        let imported = import(&format!("service,name,expiry,token\na,b,{cell},s1")).unwrap();
        assert_eq!(imported.drafts[0].1.versions[0].expiry, want, "{cell}");
    }
}

#[test]
fn a_file_that_is_no_table_is_not_read_to_its_end() {
    let wide = format!("service,name,token{}\n", ",".repeat(10_000_000));
    let refused = told(&import(&wide).unwrap_err());
    assert!(refused.contains("no table has that many columns"), "{refused}");
}

#[test]
fn the_mapping_explains_itself() {
    let table = b"Title,Homepage,Username,Password,Favorite,xyz_16C7e42F292c\n";
    let mapped = mapping(table, &options("github", &["token=password", "account="])).unwrap();
    assert_eq!(
        mapped.lines(),
        [
            "service       <- github for every row",
            "name          <- \"Title\"",
            "secret        <- \"Password\"",
            "ignored: \"Homepage\"",
            "ignored: \"Username\"",
            "ignored: \"Favorite\"",
            "ignored: column 6",
        ]
    );
    let mapped = mapping(b"key,value,user,url", &options("", &["name=key"])).unwrap();
    assert_eq!(
        mapped.lines(),
        [
            "service       <- the host in \"url\"",
            "name          <- \"key\"",
            "account       <- \"user\"",
            "instance      <- \"url\"",
            "secret        <- \"value\"",
        ]
    );
    for bad in ["", "secret", "colour=x", "\u{1b}=x"] {
        let message = bad.parse::<Chosen>().unwrap_err().to_string();
        assert!(crate::text::escaped(&message) == message, "{message}");
    }
}

#[test]
fn headers_that_say_too_little_are_refused() {
    let cases = [
        (
            "Service,Name,My Thing\n",
            &[][..],
            "no column of the table is known to hold the secret; there are \"Service\", \"Name\", \"My Thing\"",
        ),
        ("name,token\n", &[], "no column of the table is known to hold the service; there are \"name\", \"token\""),
        ("service,token\n", &[], "no column of the table is known to hold the name; there are \"service\", \"token\""),
        // A file without a header: its first row is data.
        (
            "github,ci,not-a-real-secret-1\n",
            &[],
            "no column of the table is known to hold the secret; there are 3 columns, none of a known name",
        ),
        (
            "github,name,not-a-real-secret-16C7e42\n",
            &[],
            "no column of the table is known to hold the secret; there are \"github\", \"name\", column 3",
        ),
        (
            "service,name,token\n",
            &["secret=Personal\u{1b}"],
            "the table has no column 'Personal\\u{1b}'; there are \"service\", \"name\", \"token\"",
        ),
        ("service,name,token,Token\n", &[], "two columns of the table could be the secret: both have the same name"),
        ("service,name,a,a\n", &["secret=a"], "two columns of the table could be the secret: both have the same name"),
        (
            "service,name,\"token\nnot-a-real-secret-1",
            &[],
            "line 1, column 3: the quote that begins here is never closed",
        ),
        ("service,name,token\n", &[], "the file holds no tokens"),
    ];
    for (table, map, want) in cases {
        assert_eq!(told(&read(table.as_bytes(), &options("", map), &now()).unwrap_err()), want, "{table}");
    }
}

#[test]
fn bad_rows_are_named_by_line_and_column_and_never_shown() {
    let header = "Service,Name,Account,Url,Tags,Expires,Issued,Notes,Token";
    let rule = "it must hold 1 to 512 bytes without control characters or characters that are invisible";
    let word = "a service is a word of lower-case letters, digits, '.', '-' and '_', such as github";
    let cases = [
        ("a,b,,,,,,,", "line 2, \"Token\": the secret is empty"),
        (
            "a,b,,,,,,,not-a-real secret-1",
            "line 2, \"Token\": the secret holds a space at character 11, which no token does",
        ),
        (
            "a,b,,,,,,,not-a-real\0-secret-1",
            "line 2, \"Token\": the secret holds a NUL at character 11, which no token does",
        ),
        (
            "a,b,,,,,,,\"not-a-real\nsecret-1\"",
            "line 2, \"Token\": the secret holds a line break at character 11, which no token does",
        ),
        ("a,b,,,,,,, \"not-a-real-secret-1\"", "line 2, column 9: there is a space before the quote; remove it"),
        (
            "a,b,,,,,,,\"not-a-real-secret-1\"x",
            "line 2, column 9: there is text after the closing quote; quotes inside quotes are written twice",
        ),
        ("a,b,,,,,,,\"not-a-real-secret-1", "line 2, column 9: the quote that begins here is never closed"),
        ("a,b,,,,,,not-a-real-secret-1", "line 2: the row has 8 cells where the header has 9"),
        ("a,b,x,y,,,,,,not-a-real-secret-1", "line 2: the row has 10 cells where the header has 9"),
        (",b,,,,,,,not-a-real-secret-1", &format!("line 2, \"Service\": {word}")),
        ("not-a-real-secret-1!,b,,,,,,,x", &format!("line 2, \"Service\": {word}")),
        ("a,,,,,,,,not-a-real-secret-1", "line 2, \"Name\": it is empty"),
        ("a,\u{1b}[31mnot-a-real-secret-1,,,,,,,x", &format!("line 2, \"Name\": {rule}")),
        ("a,not-a-real-secret-1\u{202e},,,,,,,x", &format!("line 2, \"Name\": {rule}")),
        ("a,b,not-a-real-secret-1\0,,,,,,x", &format!("line 2, \"Account\": {rule}")),
        (
            "a,b,,http://h.example.com/not-a-real-secret-1,,,,,x",
            "line 2, \"Url\": an instance is a host or an https address, such as gitlab.example.com",
        ),
        ("a,b,,https://,,,,,not-a-real-secret-1", "line 2, \"Url\": it is no address"),
        (
            "a,b,,,-not-a-real-secret-1,,,,x",
            "line 2, \"Tags\": a tag has no spaces, no control characters and does not start with '#' or '-'",
        ),
        (
            "a,b,,,,not-a-real-secret-1,,,x",
            "line 2, \"Expires\": it is no date; write it as 2027-01-31, 90d, 'in 3 months', \
             'next friday', 'never' or 'unknown'",
        ),
        ("a,b,,,,,never,,not-a-real-secret-1", "line 2, \"Issued\": a token that exists was issued once"),
        ("a,b,,,,,,\0not-a-real-secret-1,x", "line 2, \"Notes\": a note is at most 64 KiB of text without NUL"),
    ];
    for (row, want) in cases {
        assert_eq!(told(&import(&format!("{header}\n{row}")).unwrap_err()), want, "{row}");
    }
}

#[test]
fn one_bad_row_refuses_all_and_every_bad_row_is_named() {
    let table = "service,name,token\na,b,s1\na,c,\"s2\" \na,d,\nA b!,e,s3\na,f,s4";
    assert_eq!(
        told(&import(table).unwrap_err()),
        "3 rows cannot be taken:\n  \
         line 3, column 3: there is text after the closing quote; quotes inside quotes are written twice\n  \
         line 4, \"token\": the secret is empty\n  \
         line 5, \"service\": a service is a word of lower-case letters, digits, '.', '-' and '_', such as github"
    );
}

#[test]
fn an_export_reads_like_this() {
    let mut one = full("github/=ci", "-not-a-real,secret-1");
    one.token.tags = ["prod", "a,b"].map(str::to_owned).into();
    one.token.versions[0].expiry =
        Expiry::Ends(Date::Day(day("2027-01-31")), Source::Service(instant("2026-11-22T10:00:00Z")));
    one.token.versions[0].scopes = vec![Scope { name: "repo".into(), rated: Some(Risk::High), known: None }];
    one.token.versions.push(version(2));
    one.token.versions[1].verdict = Some(verdict(Outcome::Dead));
    one.note = Some("two\n\"lines\"".into());
    let mut gone = full("github/old", SECRET);
    gone.token.trashed = Some(instant("2026-11-22T10:00:00Z"));
    let exported = write([one.clone(), gone].into_iter(), true);
    assert_eq!(
        text(&exported),
        "service,name,account,kind,instance,tags,issued,expires,expiry_source,scopes,note,secret\r\n\
         github,'=ci,,,,\"a\\,b prod\",,2027-01-31,service 2026-11-22T10:00:00Z,repo,\"two\n\"\"lines\"\"\",\"'-not-a-real,secret-1\"\r\n"
    );
    assert_eq!(
        exported.notes,
        [
            "1 token in the trash or purged: left out",
            "1 older version left out: csv holds the version in use only, json holds all",
            "1 token with reminder rules, fields, verdicts, rated or granted scopes: only json holds these",
            "2 cells with = + - @ or ' at the start: a ' stands before it, so that no spreadsheet computes it; \
             import takes it off",
        ]
    );
    one.secrets.clear();
    let exported = write([one].into_iter(), false);
    assert!(!text(&exported).contains("secret"), "{}", text(&exported));
    assert!(matches!(
        read(text(&exported).as_bytes(), &Options::default(), &now()),
        Err(Error::NoColumn { fact: Fact::Secret, .. })
    ));
}

#[test]
fn signs_of_other_programs_files_are_left_alone() {
    let imported = import("service,name,tags,token\na,'=b,\"x\\,y\",'-s1").unwrap();
    let draft = &imported.drafts[0].1;
    assert_eq!((draft.name.as_str(), draft.versions[0].secret.expose()), ("'=b", "'-s1"));
    assert_eq!(draft.tags, BTreeSet::from(["x\\".to_owned(), "y".to_owned()]));
}

/// What a table can hold of a token.
fn reduced(mut full: crate::exchange::Full) -> crate::exchange::Full {
    full.token.versions.truncate(1);
    let version = &mut full.token.versions[0];
    version.verdict = None;
    version.told.clear();
    version.installed.clear();
    version.parts.clear();
    // What it is wanted for is a column, and read as that.
    version.scopes = version.wanted().to_vec();
    version.granted = None;
    version.scopes.iter_mut().for_each(|scope| scope.rated = None);
    (version.number, version.id) = (1, crate::token::id::VersionId::from_bytes([1; 16]));
    full.token.facts.clear();
    full.token.with.clear();
    full.token.consumers.clear();
    full.token.policy = Policy::default();
    full
}

proptest! {
    #[test]
    fn an_export_comes_back_as_it_was(tokens in proptest::collection::vec(fulls(), 1..4)) {
        let exported = write(tokens.iter().cloned(), true);
        let imported = read(text(&exported).as_bytes(), &Options::default(), &now()).unwrap();
        prop_assert_eq!(imported.drafts.len(), tokens.len());
        for ((_, draft), full) in imported.drafts.iter().zip(tokens) {
            let secret = full.secret().unwrap().expose().to_owned();
            let want = reduced(full);
            let got = added(draft, &want.token);
            prop_assert_eq!(&got.token, &want.token);
            prop_assert_eq!(got.note, want.note);
            prop_assert_eq!(draft.versions[0].secret.expose(), secret);
        }
    }

    #[test]
    fn no_cell_of_an_export_is_computed(tokens in proptest::collection::vec(fulls(), 1..4)) {
        let exported = write(tokens.iter().cloned(), true);
        let table = text(&exported);
        for row in Rows::of(&table) {
            for cell in row.unwrap().cells {
                prop_assert!(!cell.text().starts_with(['=', '+', '-', '@', '\t', '\r', '\n']));
            }
        }
    }

    #[test]
    fn rows_are_those_of_the_usual_reader(table in "[a\",\r\n]{0,30}") {
        // What is refused here, that one takes somehow; what is taken must be the same.
        let Ok(ours) = Rows::of(&table).collect::<Result<Vec<_>, _>>() else { return Ok(()) };
        let ours: Vec<Vec<String>> =
            ours.iter().map(|row| row.cells.iter().map(|cell| cell.text().to_owned()).collect()).collect();
        let theirs: Vec<Vec<String>> = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(table.as_bytes())
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect();
        prop_assert_eq!(ours, theirs);
    }
}
