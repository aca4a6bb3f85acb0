//! This process among the others of its user, and those that it starts to stay behind a command: the agent, and the holder
//! of a copy. Root, and whoever can read the kernel's memory, are beyond all of this.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::{BorrowedFd, RawFd};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::Mode;
use rustix::io::FdFlags;
use rustix::mm::{self, MlockAllFlags};
use rustix::process::{self, Resource, Rlimit};
use rustix::stdio;
use signal_hook::consts::SIGURG;

/// How long it may take to come up.
const START: Duration = Duration::from_secs(10);
/// How long a thread may take to hear a signal.
const HEARING: Duration = Duration::from_secs(1);
/// The longest line that it says then, in bytes.
const LINE_BYTES_MAX: u64 = 4096;
/// From which size on a piece of memory is large; where glibc begins by itself.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_BYTES: i32 = 128 << 10;
/// From how much lockable memory on everything is locked. With less, a process that is asked a lot could run out of it.
const LOCKABLE_BYTES_MIN: u64 = 64 << 20;

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

/// Starts this program anew, gives it something to read, and waits for the first line that it says; it is empty where it
/// ended without a word. Nothing of the environment goes along but what is named here: there may be secrets in it.
pub fn start<A: AsRef<OsStr>>(args: &[A], vars: &[(&str, OsString)], input: &[u8]) -> io::Result<String> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(args)
        .env_clear()
        .envs(vars.iter().map(|(name, value)| (name, value)))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that ended before it read says why.
        let _said_below = stdin.write_all(input);
    }
    let line = child.stdout.take().map_or(Ok(String::new()), first_line);
    if line.is_err() {
        // Nobody will ever know of it.
        child.kill()?;
    }
    // It ends some day; who started it may live longer, and must not keep what is left of it.
    std::thread::spawn(move || child.wait());
    line
}

/// Keeps whatever was open when this program was started from those that it starts: a lock or a pipe of the caller's would stay
/// held for as long as they live.
#[expect(unsafe_code, reason = "a file that somebody else opened is known by its number alone")]
pub fn keep_files() {
    let Ok(open) = std::fs::read_dir("/dev/fd") else { return };
    for number in open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<RawFd>().ok()) {
        if number > 2 {
            // SAFETY: nothing is read, written or closed by it. A number that is closed by now only makes the call fail.
            let file = unsafe { BorrowedFd::borrow_raw(number) };
            let _closed_by_now = rustix::io::fcntl_setfd(file, FdFlags::CLOEXEC);
        }
    }
}

/// How far a thread that hears signals has come. It is late: a signal of before may be heard after what it was about is over.
/// Whoever stops taking signals waits with this until none of theirs is on its way any more.
#[derive(Default)]
pub struct Heard {
    marks: Mutex<u64>,
    news: Condvar,
}

impl Heard {
    /// The signal that stands behind others as a mark, and means nothing else. The thread that hears it says so with
    /// [`Heard::mark`].
    pub const MARK: i32 = SIGURG;

    /// Nothing yet.
    pub const fn new() -> Self {
        Self { marks: Mutex::new(0), news: Condvar::new() }
    }

    /// A mark was heard.
    pub fn mark(&self) {
        *self.marks.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.news.notify_all();
    }

    /// Waits until all signals that have come so far were heard.
    pub fn catch_up(&self) {
        // Those that come together are heard in the order of their numbers, and the mark has a high one; but the thread may be past
        // the lower ones just now. Then it hears them before the second mark.
        for _ in 0..2 {
            let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
            let before = *marks;
            if process::kill_process(process::getpid(), process::Signal::URG).is_err() {
                return;
            }
            let _heard_or_late = self.news.wait_timeout_while(marks, HEARING, |marks| *marks == before);
        }
    }
}

/// Makes memory fit for a process that stays, has lists in it that one thread makes and another keeps, and needs a lot of it
/// now and then. glibc would keep a piece as large as the last one that was given back, which was the database of a write, and
/// would give every thread a heap of its own, which grows page by page, a system call for each.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "settings of the allocator, which only C can make")]
pub fn settle_memory() {
    for (setting, value) in [(libc::M_MMAP_THRESHOLD, LARGE_BYTES), (libc::M_ARENA_MAX, 1)] {
        // SAFETY: it changes where memory comes from that is asked for from now on.
        let _no_matter = unsafe { libc::mallopt(setting, value) };
    }
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn settle_memory() {}

fn first_line(out: ChildStdout) -> io::Result<String> {
    let timeout = Timespec::try_from(START).map_err(io::Error::other)?;
    if poll(&mut [PollFd::new(&out, PollFlags::IN)], Some(&timeout))? == 0 {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "it says nothing"));
    }
    let mut line = String::new();
    BufReader::new(out.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    line.truncate(line.trim_end().len());
    Ok(line)
}

/// Goes a step further than every command does, because it stays: no core file can be allowed again, it leaves the session that
/// it was started from, and its memory stays out of the swap where the limit leaves room for that.
///
/// # Errors
/// Says what could not be done.
pub fn stand_apart() -> Result<(), String> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let failed = |error| format!("core files cannot be turned off: {error}");
    process::setrlimit(Resource::Core, none).map_err(failed)?;
    // Where it fails, the process leads a session of its own already: it was started from a shell.
    let _own_session_already = process::setsid();
    lock_everything();
    Ok(())
}

/// Locks all memory there is and will be, where the limit leaves room for it.
fn lock_everything() {
    let enough = process::getrlimit(Resource::Memlock).current.is_none_or(|bytes| bytes >= LOCKABLE_BYTES_MIN);
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE;
    #[cfg(target_os = "linux")]
    let flags = flags | MlockAllFlags::ONFAULT;
    if enough {
        // Where it fails, whoever holds a key locks that key by itself.
        let _only_keys_are_locked = mm::mlockall(flags);
    }
}

/// Lets go of the terminal and the pipes that this process was started from.
///
/// # Errors
/// What the system said.
pub fn detach() -> io::Result<()> {
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    stdio::dup2_stdin(&null)?;
    stdio::dup2_stdout(&null)?;
    stdio::dup2_stderr(&null)?;
    Ok(())
}
