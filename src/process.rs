//! This process among the others of its user.

use rustix::fs::Mode;
use rustix::process;

/// Closes the process: others of the same user can neither trace it nor read its memory, no core file is written when it
/// crashes, and what it creates is its owner's alone. A program that it starts can be traced and leaves its core as always,
/// and inherits the mask of files: what an editor keeps beside the facts of a token is its owner's too.
pub fn close() {
    process::umask(Mode::from_raw_mode(0o077));
    // Not by a limit, which an editor would inherit. It fails for a word that the kernel does not know, and this is none.
    #[cfg(target_os = "linux")]
    let _never_fails = process::set_dumpable_behavior(process::DumpableBehavior::NotDumpable);
    #[cfg(not(target_os = "linux"))]
    {
        let limit = process::Rlimit { current: Some(0), ..process::getrlimit(process::Resource::Core) };
        let _never_above_what_it_was = process::setrlimit(process::Resource::Core, limit);
    }
}
