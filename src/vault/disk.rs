//! Files on disk, one step at a time. Every function that changes something is one step or says which it takes, in
//! which order, so that a test can stop between any two.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::error::{Error, doing};

/// The largest file that is read, in bytes: more than a million tokens need.
pub(super) const FILE_BYTES_MAX: u64 = 2 << 30;

/// How much is gathered before it is handed to the system when a file is written, in bytes. What comes in larger pieces, as the
/// chunks of a vault's file do, is not copied.
const WRITE_BYTES: usize = 1 << 16;

/// What is being done when a folder is put on the disk: by then its files are in place.
pub(super) const SYNC_FOLDER: &str = "put on the disk the folder";

/// What every file written beside another ends in, so that one left by a crash is known as such.
pub(super) const BESIDE: &str = ".new";

/// The largest slot or pin that is read, in bytes; they take a few kilobytes.
const SMALL_BYTES_MAX: u64 = 64 * 1024;

/// The largest journal that is read, in bytes. It is folded in long before; but where nothing can be written to the vault for
/// years, uses are still kept.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;

/// Reads a whole small file of a vault.
pub(super) fn read_small(path: &Path) -> Result<Vec<u8>, Error> {
    open(path).and_then(|file| read_limited(file, SMALL_BYTES_MAX)).map_err(doing("read", path))
}

/// Reads a whole file of a vault's journal.
pub(super) fn read_journal(path: &Path) -> Result<Vec<u8>, Error> {
    open(path).and_then(|file| read_limited(file, JOURNAL_BYTES_MAX)).map_err(doing("read", path))
}

/// Opens a file of a vault, without following a link in its last part and without waiting at a pipe that somebody put
/// in its place.
pub(super) fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("it is no file")) }
}

/// Opens the sealed database of a vault. Gives its length in bytes with it.
pub(super) fn open_sealed(path: &Path) -> Result<(File, usize), Error> {
    let open = || {
        let file = open(path)?;
        let len = file.metadata()?.len();
        if len > FILE_BYTES_MAX { Err(too_large()) } else { Ok((file, usize::try_from(len).unwrap_or(0))) }
    };
    open().map_err(doing("read", path))
}

/// Reads a file that a person named, which may be a link or a pipe.
pub(super) fn read_given(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Error> {
    File::open(path).and_then(|file| read_limited(file, bytes_max)).map_err(doing("read", path))
}

fn read_limited(file: File, bytes_max: u64) -> io::Result<Vec<u8>> {
    let len = file.metadata()?.len().min(bytes_max);
    // Large enough from the start: a buffer that grows leaves unwiped copies behind.
    let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0) + 1);
    file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_large());
    }
    Ok(bytes)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "it is too large")
}

/// Creates a folder that only its owner may enter; one that is there already is left as it is.
pub(super) fn create_dir(path: &Path) -> Result<(), Error> {
    step("create folder")
        .and_then(|()| DirBuilder::new().recursive(true).mode(0o700).create(path))
        .map_err(doing("create the folder", path))
}

/// Writes a file beside `path`, under its name with [`BESIDE`] at the end, and waits until it is on the disk.
/// A leftover of a crash under that name is replaced. Returns where it stands.
pub(super) fn write_beside(path: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
    fill_beside(path, |out| out.write_all(bytes))
}

/// The same with what `fill` writes, which need not be in memory at once.
pub(super) fn fill_beside(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<PathBuf, Error> {
    let beside = beside(path);
    let write = || {
        step("clear the way")?;
        remove_if_there(&beside)?;
        step("create")?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        let mut out = BufWriter::with_capacity(WRITE_BYTES, InSteps(file));
        fill(&mut out)?;
        let InSteps(file) = out.into_inner()?;
        step("sync")?;
        file.sync_all()
    };
    match write() {
        Ok(()) => Ok(beside),
        Err(error) => {
            // A half-written file is of no use to anybody; where even this fails, the next write clears it away.
            let _kept_by_failure = fs::remove_file(&beside);
            Err(doing("write", &beside)(error))
        }
    }
}

/// Writes over a file that has room for it already, and waits until that is on the disk.
pub(super) fn overwrite(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let write = || {
        step("write over")?;
        let flags = OFlags::NOFOLLOW.bits().cast_signed();
        let open =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).custom_flags(flags).open(path);
        let mut file = open?;
        file.write_all(bytes)?;
        file.set_len(bytes.len() as u64)?;
        step("sync")?;
        file.sync_all()
    };
    write().map_err(doing("write", path))
}

/// A file that is written in steps.
struct InSteps(File);

impl Write for InSteps {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        step("write")?;
        self.0.write_all(first)?;
        step("write on")?;
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Puts what [`write_beside`] wrote in place, whole or not at all, and waits until the folder is on the disk.
pub(super) fn put_in_place(beside: &Path, path: &Path) -> Result<(), Error> {
    rename(beside, path)?;
    sync_parent(path)
}

fn rename(beside: &Path, path: &Path) -> Result<(), Error> {
    step("rename").and_then(|()| fs::rename(beside, path)).map_err(|error| {
        let _kept_by_failure = fs::remove_file(beside);
        doing("put in place", path)(error)
    })
}

/// The same for a folder, where there is none of that name; where it cannot be put on the disk, it stays where it was.
pub(super) fn put_folder_in_place(beside: &Path, path: &Path) -> Result<(), Error> {
    // Renaming a folder over one with something in it fails: whoever was first wins.
    step("rename").and_then(|()| fs::rename(beside, path)).map_err(doing("put in place", path))?;
    sync_parent(path).inspect_err(|_| {
        let _whole_where_it_is = fs::rename(path, beside);
    })
}

/// Replaces a file, whole or not at all, and waits until that is on the disk.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = write_beside(path, bytes)?;
    put_in_place(&beside, path)
}

/// The same with a copy of another file of the vault.
pub(super) fn replace_by_copy(path: &Path, of: &Path) -> Result<(), Error> {
    let (file, bytes) = open_sealed(of)?;
    let beside = fill_beside(path, |out| io::copy(&mut file.take(bytes as u64), out).map(drop))?;
    put_in_place(&beside, path)
}

/// The same without waiting for the disk: after a power cut the file may be the one of before, or of no use.
pub(super) fn replace_soon(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    step("clear the way").and_then(|()| remove_if_there(&beside)).map_err(doing("write", &beside))?;
    drop_in(path, bytes)
}

/// Writes a new file, whole or not at all, without waiting for the disk.
pub(super) fn drop_in(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    let write = || {
        step("create")?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        step("write")?;
        file.write_all(bytes)?;
        step("rename")?;
        fs::rename(&beside, path)
    };
    write().map_err(|error| {
        let _kept_by_failure = fs::remove_file(&beside);
        doing("write", path)(error)
    })
}

/// Writes behind what a file holds, or into a new one, without waiting for the disk. Gives how many bytes it holds then;
/// `None` where somebody else has the file just now, who is not waited for.
pub(super) fn append(path: &Path, bytes: &[u8]) -> Result<Option<u64>, Error> {
    let write = || {
        step("open to append")?;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let flags = flags.bits().cast_signed();
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(flags).open(path)?;
        let Some(len) = taken(&file, path)? else { return Ok(None) };
        let mut write = || {
            step("append")?;
            file.write_all(bytes)
        };
        let written = write();
        if written.is_err() {
            // A part of it is of no use to anybody. Where it stays, it is passed over.
            let _passed_over = file.set_len(len);
        }
        written.map(|()| Some(len + bytes.len() as u64))
    };
    write().map_err(doing("write", path))
}

/// Removes a file that others append to, if it is still as long as it was. That it is gone already is fine.
pub(super) fn remove_if_unchanged(path: &Path, bytes: u64) -> Result<(), Error> {
    with_taken(path, |len| {
        if len == bytes {
            step("remove")?;
            fs::remove_file(path)?;
        }
        Ok(())
    })
    .map_err(doing("remove", path))
}

/// Gives a file that others append to another name, so that they begin anew.
pub(super) fn set_aside(path: &Path, aside: &Path) -> Result<(), Error> {
    with_taken(path, |_| {
        step("set aside")?;
        fs::rename(path, aside)
    })
    .map_err(doing("set aside", path))
}

/// Does something while nobody appends to a file; nothing where somebody just does, or where it is gone.
fn with_taken(path: &Path, f: impl FnOnce(u64) -> io::Result<()>) -> io::Result<()> {
    match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(file) => match taken(&file, path)? {
            Some(len) => f(len),
            None => Ok(()),
        },
    }
}

/// Takes a file for as long as it is open. `None` where somebody else has it, or where what stands under its name by now is
/// another: whoever had it before removed it. Gives its length.
fn taken(file: &File, path: &Path) -> io::Result<Option<u64>> {
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let found = file.metadata()?;
    Ok((found.is_file() && stands_at(&found, path)).then_some(found.len()))
}

/// Whether an open file is the one that stands under a name.
pub(super) fn stands_at(open: &fs::Metadata, path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (open.dev(), open.ino()))
}

/// Gives a file a second name: the first way to keep a copy, because it cannot be half done. Where the file system has
/// no such thing, a copy is written. Nobody waits until the name is on the disk: a power cut may cost the copy. Who needs it
/// waits for its folder.
pub(super) fn keep_as(path: &Path, kept: &Path) -> Result<(), Error> {
    let link = || {
        step("link")?;
        match fs::hard_link(path, kept) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        }
    };
    match link() {
        Ok(()) => Ok(()),
        Err(error) if cannot_link(&error) => replace_by_copy(kept, path),
        Err(error) => Err(doing("keep a backup as", kept)(error)),
    }
}

/// The file system has no second names, has run out of them, or `kept` is on another one.
fn cannot_link(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::Unsupported | Kind::PermissionDenied | Kind::CrossesDevices | Kind::TooManyLinks)
}

/// Removes a file; that it is not there is fine.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    step("remove").and_then(|()| remove_if_there(path)).map_err(doing("remove", path))
}

/// Waits until the folder that holds `path` is on the disk with its entries.
pub(super) fn sync_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    step("sync the folder").and_then(|()| File::open(parent)?.sync_all()).map_err(doing(SYNC_FOLDER, parent))
}

/// The files in a folder whose names end so, sorted by name; none where there is no folder.
pub(super) fn list(dir: &Path, ending: &str) -> Result<Vec<PathBuf>, Error> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        other => other.map_err(doing("list", dir))?,
    };
    let mut found = vec![];
    for entry in entries {
        let path = entry.map_err(doing("list", dir))?.path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Refuses a folder that belongs to somebody else: who owns it may put anything into it at any time. That it is not there is
/// fine.
pub(super) fn check_owner(path: &Path) -> Result<(), Error> {
    let me = rustix::process::geteuid().as_raw();
    let owner = |found: io::Result<fs::Metadata>| match found {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(me),
        found => found.map(|found| found.uid()).map_err(doing("look at", path)),
    };
    let there = fs::symlink_metadata(path);
    // A link may be one's own and lead to somebody else.
    let leads_to = there.as_ref().is_ok_and(fs::Metadata::is_symlink).then(|| fs::metadata(path));
    for found in [Some(there), leads_to].into_iter().flatten() {
        if owner(found)? != me {
            return Err(Error::Foreign { path: path.to_owned() });
        }
    }
    Ok(())
}

/// Where a file is written before it takes the place of `path`.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(BESIDE);
    name.into()
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Marks one step of a write. In a debug build, `PATVAULT_FAULT=7:kill` (or `enospc`, `eio`) ends the process at the
/// seventh step, or makes it fail so; `tests/faults.rs` walks through all of them.
#[cfg(debug_assertions)]
fn step(what: &str) -> io::Result<()> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static STEPS: AtomicU32 = AtomicU32::new(0);

    let Ok(plan) = std::env::var("PATVAULT_FAULT") else { return Ok(()) };
    let Some((at, fault)) = plan.split_once(':') else { return Ok(()) };
    if at.parse() != Ok(STEPS.fetch_add(1, Ordering::SeqCst) + 1) {
        return Ok(());
    }
    let _told = writeln!(io::stderr(), "fault at step {at}: {what}");
    match fault {
        "enospc" => Err(rustix::io::Errno::NOSPC.into()),
        "eio" => Err(rustix::io::Errno::IO.into()),
        _ => {
            let _gone = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            Ok(())
        }
    }
}

#[cfg(not(debug_assertions))]
fn step(_what: &str) -> io::Result<()> {
    Ok(())
}
