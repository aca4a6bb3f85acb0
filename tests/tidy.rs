//! The habits of this house, held by a test: it reads the sources and says where a rule is broken and what to do.
//!
//! What a person changes stands on this page. Each rule stands in `tests/tidy/` beside a table of what it takes
//! and what it refuses.

/// The floor of each top-level module. `main.rs` and `lib.rs` stand outside: they join the floors.
const FLOORS: &[(&str, u8)] = &[
    // Values: rules, without I/O, clock or randomness. They may use each other.
    ("fault", 0),
    ("ports", 0),
    ("scope", 0),
    ("secret", 0),
    ("text", 0),
    ("token", 0),
    ("verdict", 0),
    // Hands: each touches one outside thing.
    ("agent", 1),
    ("clipboard", 1),
    ("clock", 1),
    ("config", 1),
    ("exchange", 1),
    ("notify", 1),
    ("paths", 1),
    ("process", 1),
    ("service", 1),
    ("shell", 1),
    ("vault", 1),
    // Verbs: what patvault can do, whoever asks.
    ("ops", 2),
    // Faces: what a person meets.
    ("cli", 3),
    ("tui", 3),
];

/// Modules that have a floor and are not built yet. Whoever builds one takes it off.
const NOT_YET: &[&str] = &["notify"];

/// A file or `file::function` that may be longer, the lines it may have, and why.
type Longer = (&'static str, usize, &'static str);

/// What may be longer. The list only shrinks.
const LONGER: &[Longer] = &[];

/// A file in which something is allowed that is refused elsewhere, and why.
type Allowed = &'static [(&'static str, &'static str)];

/// Files that may call `expose` outside their tests: each answers for where the text of a secret goes.
const EXPOSING: Allowed = &[
    ("src/agent/wire.rs", "carries a vault key to the agent, once, and file keys back"),
    ("src/cli/face.rs", "prints the secret that was asked for"),
    ("src/cli/init.rs", "compares a new passphrase with its repetition"),
    ("src/clipboard/osc52.rs", "writes what a terminal is sent for its clipboard"),
    ("src/clipboard/terminal.rs", "hands a copy to tmux, through a pipe"),
    ("src/clipboard/wayland.rs", "gives a copy to those who paste"),
    ("src/clipboard/x11.rs", "gives a copy to those who paste"),
    ("src/exchange/csv.rs", "writes the file of an export that was asked to hold secrets"),
    ("src/exchange/dotenv.rs", "writes the file of an export that was asked to hold secrets"),
    ("src/exchange/json.rs", "writes the file of an export that was asked to hold secrets"),
    ("src/ops/behind.rs", "hands a copy to its holder, and a passphrase to what measures it, through pipes"),
    ("src/ops/strength.rs", "measures a new passphrase"),
    ("src/secret.rs", "the door itself"),
    ("src/service/answer.rs", "finds the token's own row in a list that its service gave"),
    ("src/service/detect.rs", "looks at a secret's form"),
    ("src/service/http.rs", "sends a request"),
    ("src/service/kept.rs", "takes what an answer gives for a field that is no secret"),
    ("src/service/oauth1.rs", "signs with secrets"),
    ("src/service/page.rs", "takes the text of an address, which never holds a secret"),
    ("src/service/pages.rs", "takes the address of a page, to ask for the one after it"),
    ("src/service/request.rs", "puts a secret where its service wants it"),
    ("src/service/template.rs", "fills a secret in where a definition names it"),
    ("src/tui/form/note.rs", "takes what was pasted into a note, which is shown"),
    ("src/tui/screens/tokens/details.rs", "shows the secret that was asked for, for a while"),
    ("src/tui/widgets/field.rs", "takes what was pasted into a field"),
    ("src/vault/arrival.rs", "writes a new secret as the text of a file, which is sealed at once"),
    ("src/shell.rs", "gives a secret to the command that installs it, and hides it in what that prints"),
    ("src/vault/db/write/add.rs", "seals secrets and takes their fingerprints"),
    ("src/vault/key.rs", "writes the vault key as the text of a slot, which is sealed at once"),
    ("src/vault/payload.rs", "makes the key of a file's content of the key in its header"),
];

/// Files that may say `unsafe`.
const UNSAFE: Allowed = &[
    ("src/agent/harden.rs", "locks the memory of a key: one call that no safe crate offers"),
    ("src/process.rs", "closes files that the caller left open, known by number alone; settings of the allocator"),
    ("src/vault/vfs.rs", "lets SQLite read a sealed file: a table of C functions, which get pointers"),
];

/// Files that may sleep, because there is no event to wait for.
const SLEEPING: Allowed = &[];

/// Files that may hold text of a live token's form, because a test needs the form itself.
const LIVE_FORMS: Allowed = &[];

/// What may stand at the top of the tree.
const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".git",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "SECURITY.md",
    "assets",
    "benches",
    "build.rs",
    "clippy.toml",
    "deny.toml",
    "packaging",
    // Cases that a property once failed on; they are tried again in every run.
    "proptest-regressions",
    "rustfmt.toml",
    "src",
    "target",
    "tests",
];

#[cfg(test)]
mod tidy {
    mod dependencies;
    mod doors;
    mod files;
    mod floors;
    mod live_secrets;
    mod paths;
    mod purity;
    mod sizes;
    mod source;
}
