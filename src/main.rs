//! patvault keeps personal access tokens: see the library's front page for the map of the house.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(patvault::cli::run(std::env::args_os()).code())
}
