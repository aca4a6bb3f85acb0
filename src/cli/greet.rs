//! `patvault` alone.

use super::Desk;
use super::face::Exit;
use crate::ops::Error;
use crate::text::escaped;

/// Greets, and says what to do next.
pub(super) fn run(desk: &mut Desk) -> Result<Exit, Error> {
    let version = env!("CARGO_PKG_VERSION");
    desk.face
        .prose(&format!("patvault {version}: personal access tokens, what each may do, when it ends, what is owed"));
    desk.face.line("");
    let vaults = desk.ground.vaults();
    let next: &[(&str, &str)] = if vaults.is_empty() {
        &[
            ("patvault init", "create your vault"),
            ("patvault demo", "look at a throw-away vault of invented tokens"),
            ("patvault --help", "every command"),
        ]
    } else {
        let folder = escaped(&desk.ground.paths.data.to_string_lossy()).into_owned();
        desk.face.prose(&format!("Your vaults in {folder}: {}", vaults.join(", ")));
        desk.face.line("");
        &[
            ("patvault list", "your tokens"),
            ("patvault due", "what is owed"),
            ("patvault add github/ci", "keep another one"),
            ("patvault --help", "every command"),
        ]
    };
    for (command, what) in next {
        desk.face.line(&format!("  {command:<24}{what}"));
    }
    Ok(Exit::Done)
}
