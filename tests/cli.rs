//! The command line, page by page: each page in `tests/cli/` is commands with what they print, and reads as the manual.
//!
//! `SNAPSHOTS=overwrite cargo test --test cli` writes what the commands print now into the pages; the words between them
//! stay. A page that starts with `<!-- vault: identity -->` begins with a vault that opens with `key.txt`.

#[cfg(test)]
#[path = "common/home.rs"]
mod home;

/// Each page is a test of its own.
macro_rules! pages {
    ($($test:ident $file:literal,)*) => {
        /// The pages, in the order of the manual.
        #[cfg(test)]
        const PAGES: &[&str] = &[$($file),*];

        #[cfg(test)]
        mod page {
            $(#[test]
            fn $test() {
                crate::cli::page::run($file);
            })*
        }
    };
}

pages! {
    start "start.md",
    add "add.md",
    list "list.md",
    show "show.md",
    get "get.md",
    copy "copy.md",
    edit "edit.md",
    facts "facts.md",
    consumers "consumers.md",
    trash "trash.md",
    unlock "unlock.md",
    history "history.md",
    due "due.md",
    keys "keys.md",
    import "import.md",
    export "export.md",
    fields "fields.md",
    with "with.md",
    backups "backups.md",
    doctor "doctor.md",
    services "services.md",
    verify "verify.md",
    rotate "rotate.md",
    config "config.md",
    json "json.md",
    exit_codes "exit-codes.md",
    completions_and_man "completions-and-man.md",
}

#[cfg(test)]
mod cli {
    pub mod page;
    mod reference;
}
