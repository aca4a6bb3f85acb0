//! Folders, disks and environments that are not as they should be.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;

use super::tried::{SECRET, Tried, fed, home};
use crate::home::{Home, skipped};

const VAULT: &str = ".local/share/patvault/main";

#[test]
fn no_home() {
    let cases: &[(&str, Option<&str>, &str)] = &[
        ("no HOME", None, "set HOME"),
        ("an empty HOME", Some(""), "set HOME"),
        ("a relative HOME", Some("relative"), "set HOME"),
    ];
    for (called, value, words) in cases {
        let home = home();
        for line in [&["list"][..], &["init"], &["add", "npm/x", "--stdin"], &["config", "path"], &[]] {
            let mut command = home.patvault(line);
            command.env_remove("HOME");
            if let Some(value) = value {
                command.env("HOME", value);
            }
            let tried = Tried::run(&home, format!("{line:?} with {called}"), &mut command, b"");
            tried.means(2, words);
        }
    }
    let home = Home::empty();
    let mut demo = home.patvault(["completions", "bash"]);
    assert!(demo.env_remove("HOME").output().unwrap().status.success());
    let mut missing = home.patvault(["list"]);
    missing.env("HOME", home.at("not/there"));
    Tried::run(&home, "a HOME that is not there".to_owned(), &mut missing, b"").means(1, "patvault init");
}

/// Folders are called what people call them; what would steer a terminal is shown and not obeyed.
#[test]
fn odd_names_of_folders() {
    for name in
        ["with spaces", "with\nline break", "with\u{1b}]0;escape\u{7}", "with\u{202e}turn", "it's \"quoted\" $HOME"]
    {
        let outer = home();
        let inner = outer.at(name);
        fs::create_dir(&inner).unwrap();
        let lines: &[&[&str]] = &[
            &["init"],
            &["init"],
            &["add", "npm/publish", "--stdin"],
            &["rename", "publish", "other"],
            &["get", "other"],
            &["config", "init"],
            &["config", "init"],
            &["doctor"],
            &[],
            &["export", "--output", "all.json"],
            &["export", "--output", "all.json"],
        ];
        for line in lines {
            let mut command = outer.patvault(*line);
            command.env("HOME", &inner).current_dir(&inner);
            let tried = Tried::run(&outer, format!("{line:?} in {name:?}"), &mut command, b"not-a-real-secret-2");
            assert!(tried.code == 0 || tried.err.contains("already"), "{line:?} in {name:?}: {}", tried.err);
        }
        fs::remove_file(inner.join(VAULT).join("vault.age")).unwrap();
        let mut command = outer.patvault(["list"]);
        let tried = Tried::run(&outer, format!("a lost file in {name:?}"), command.env("HOME", &inner), b"");
        tried.means(1, "patvault backup restore");
    }
}

#[test]
fn the_vaults_folder() {
    let home = home();
    let moved = home.at("moved");
    fs::rename(home.at(VAULT), &moved).unwrap();
    Tried::run(&home, "no vault".to_owned(), &mut home.patvault(["list"]), b"").means(1, "patvault init");

    // Who keeps the vault's folder elsewhere and links to it has said so.
    symlink(&moved, home.at(VAULT)).unwrap();
    Tried::run(&home, "a linked folder".to_owned(), &mut home.patvault(["list"]), b"").means(0, "");
    Tried::run(&home, "a linked folder".to_owned(), &mut home.patvault(["rename", "ci", "other"]), b"").means(0, "");
    fs::remove_file(home.at(VAULT)).unwrap();

    symlink(home.at("nowhere"), home.at(VAULT)).unwrap();
    Tried::run(&home, "a link to nowhere".to_owned(), &mut home.patvault(["list"]), b"").means(1, "patvault init");
    Tried::run(&home, "a link to nowhere".to_owned(), &mut home.patvault(["init"]), b"");
    let _made_meanwhile = fs::remove_file(home.at(VAULT));

    fs::write(home.at(VAULT), b"a file").unwrap();
    Tried::run(&home, "a file".to_owned(), &mut home.patvault(["list"]), b"").means(1, "");
    Tried::run(&home, "a file".to_owned(), &mut home.patvault(["init"]), b"").means(2, "already");
    fs::remove_file(home.at(VAULT)).unwrap();

    fs::create_dir_all(home.at(VAULT).join("keys")).unwrap();
    Tried::run(&home, "no way in".to_owned(), &mut home.patvault(["list"]), b"").means(3, "copy the key slots back");
    Tried::run(&home, "no way in".to_owned(), &mut home.patvault(["key", "list"]), b"").means(0, "");
    Tried::run(&home, "no way in".to_owned(), &mut home.patvault(["doctor"]), b"");
}

/// A folder in which somebody else may put anything at any time is not used.
#[test]
fn a_folder_of_another_user() {
    let home = home();
    if fs::metadata(home.path()).unwrap().uid() != 0 {
        return skipped("only root can give a folder to somebody else");
    }
    chown(home.at(VAULT), Some(12345), None).unwrap();
    let lines: &[&[&str]] = &[
        &["list"],
        &["get", "ci"],
        &["rename", "ci", "other"],
        &["backup", "restore", "--yes"],
        &["key", "list"],
        &["doctor"],
        &["doctor", "--fix"],
    ];
    for line in lines {
        Tried::run(&home, format!("{line:?}"), &mut home.patvault(*line), b"").means(1, "belongs to another user");
    }
    chown(home.at(VAULT), Some(0), None).unwrap();
    let parent = home.at(VAULT).parent().unwrap().to_owned();
    chown(&parent, Some(12345), None).unwrap();
    let mut init = home.patvault(["init", "--name", "fresh"]);
    Tried::run(&home, "init beside".to_owned(), &mut init, b"").means(1, "belongs to another user");
}

/// Folders that cannot be written to. Root may write anywhere, so a file system is made that nobody may write to.
#[test]
fn a_read_only_disk() {
    let lines: &[(&str, i32, &str)] = &[
        ("list", 0, ""),
        ("get ci", 0, ""),
        ("show ci", 0, ""),
        ("history", 0, ""),
        ("doctor --locked", -1, ""),
        ("rename ci other", 1, "read-only"),
        ("add npm/x --stdin", 1, "read-only"),
        ("init --name fresh", 1, "read-only"),
        ("backup now", 1, "read-only"),
        ("key add --recipient-of key.txt --name spare", 1, "read-only"),
        ("config init", 1, "read-only"),
        ("export --output all.json", 1, "read-only"),
    ];
    on_a_disk("size=4m", "mount -o remount,bind,ro disk", lines);
}

/// A disk with no room left.
#[test]
fn a_full_disk() {
    let lines: &[(&str, i32, &str)] = &[
        ("list", 0, ""),
        ("get ci", 0, ""),
        ("rename ci other", 1, "make room"),
        ("add npm/x --stdin", 1, "make room"),
        ("init --name fresh", 1, "make room"),
        ("export --output all.json", 1, "make room"),
        ("config init", 1, "make room"),
    ];
    on_a_disk("size=512k", "cat /dev/zero > disk/filler 2>/dev/null || true", lines);
}

/// Tries commands in a home on a file system of its own, after `spoil` was done to it.
fn on_a_disk(size: &str, spoil: &str, lines: &[(&str, i32, &str)]) {
    let home = home();
    fs::create_dir(home.at("disk")).unwrap();
    if !home.has("unshare") {
        return skipped("unshare is not installed");
    }
    let may = home.command(Path::new("unshare")).args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "disk"]).status();
    if !may.is_ok_and(|status| status.success()) {
        return skipped("no file system of one's own can be mounted here");
    }
    for (line, code, words) in lines {
        // Nothing may be lost: what is listed afterwards is what was there.
        let script = format!(
            "mount -t tmpfs -o {size} tmpfs disk && cp -a .local key.txt disk/ && {spoil}
             cd disk && export HOME=$PWD && patvault {line} || code=$?
             [ \"$(PATVAULT_IDENTITY=$PWD/key.txt patvault get github/ci 2>/dev/null)\" = {SECRET} ] || exit 99
             exit ${{code:-0}}"
        );
        let mut command = home.command(Path::new("unshare"));
        command.args(["-rm", "sh", "-c", &script]).env("PATVAULT_IDENTITY", home.at("disk/key.txt"));
        let output = fed(&mut command, b"not-a-real-secret-2");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_ne!(output.status.code(), Some(99), "{line}: the token is lost\n{told}");
        let quiet =
            std::process::Output { stdout: if line.starts_with("get") { vec![] } else { output.stdout }, ..output };
        let tried = Tried::of(format!("{line} ({size})"), &quiet);
        if *code >= 0 {
            tried.means(*code, words);
        }
    }
}

/// A folder that its own user may not write to, for whoever is not root.
#[test]
fn a_folder_without_the_right_to_write() {
    let home = home();
    if fs::metadata(home.path()).unwrap().uid() == 0 {
        // The read-only file system stands for it.
        return;
    }
    fs::set_permissions(home.at(VAULT), fs::Permissions::from_mode(0o500)).unwrap();
    let mut command = home.patvault(["rename", "ci", "other"]);
    Tried::run(&home, "a folder without write".to_owned(), &mut command, b"").means(1, "whether you may write");
    fs::set_permissions(home.at(VAULT), fs::Permissions::from_mode(0o700)).unwrap();
}

/// What the environment says, wrongly.
#[test]
fn variables_that_make_no_sense() {
    let cases: &[(&str, &str, &[&str], i32, &str)] = &[
        ("PATVAULT_VAULT", "../../x", &["list"], 2, "cannot be a name"),
        ("PATVAULT_VAULT", "", &["list"], -1, ""),
        ("PATVAULT_VAULT", "\u{1b}]0;x\u{7}", &["list"], 2, "cannot be a name"),
        ("PATVAULT_IDENTITY", "", &["list"], -1, ""),
        ("PATVAULT_IDENTITY", "\u{1b}]0;x\u{7}", &["list"], 3, ""),
        ("PATVAULT_PASSPHRASE_FILE", "", &["list"], -1, ""),
        ("PATVAULT_PASSPHRASE_FILE", "missing", &["list"], 1, ""),
        ("PATVAULT_HOME", "relative", &["list"], -1, ""),
        ("XDG_DATA_HOME", "relative", &["list"], 0, ""),
        ("COLUMNS", "0", &["list"], 0, ""),
        ("COLUMNS", "nonsense", &["list"], 0, ""),
        ("COLUMNS", "1", &["list"], 0, ""),
        ("COLUMNS", "99999999999999999999", &["list"], 0, ""),
        ("COLUMNS", "4000000000", &["due", "--within", "9999d"], 0, ""),
        ("TZ", "nonsense/\u{1b}zone", &["show", "ci"], 0, ""),
        ("LANG", "\u{1b}", &["doctor"], 0, ""),
        ("TMPDIR", "/not/there", &["demo"], 1, "could not create the folder"),
    ];
    let home = home();
    for (name, value, line, code, words) in cases {
        let mut command = home.patvault(*line);
        command.env(name, value);
        let tried = Tried::run(&home, format!("{name}={value:?} {line:?}"), &mut command, b"");
        if *code >= 0 {
            tried.means(*code, words);
        }
    }
}
