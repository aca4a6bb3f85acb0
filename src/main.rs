//! patvault keeps personal access tokens: see the library's front page for the map of the house.

use std::process::ExitCode;

use patvault::cli::{self, Next};
use patvault::tui;

fn main() -> ExitCode {
    let exit = match cli::run(std::env::args_os()) {
        Next::Exit(exit) => exit,
        Next::Window(window) => {
            let cli::Window { ground, means, plain, ascii, demo } = *window;
            cli::report(tui::run(tui::Start { ground, means, plain, ascii, demo }))
        }
    };
    ExitCode::from(exit.code())
}
