//! SQLite reads a sealed database where it lies: a file system of one file, that cannot be written.
//!
//! SQLite asks through a table of C functions (<https://www.sqlite.org/vfs.html>). Those here do nothing of their own:
//! they turn pointers into what they point to and ask [`Chunks`]. A panic in one of them would end the process, as in any
//! `extern "C"` function; what they call does not panic.

#![expect(unsafe_code, reason = "SQLite's file systems are tables of C functions, which get pointers")]

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::ptr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rusqlite::{Connection, OpenFlags, ffi};

use super::chunks::Chunks;

/// An open file, shared by SQLite, which reads it, and by whoever wants to know what reading found.
pub(super) type Shared = Arc<Mutex<Chunks>>;

/// What SQLite knows this file system by.
const NAME: &CStr = c"patvault-sealed";

/// How many bytes of a path SQLite keeps; the one name that is used is shorter.
const PATH_BYTES_MAX: c_int = 64;

thread_local! {
    /// The file on its way from `connect` into `open`, which SQLite calls on the same thread before `connect` returns.
    static HANDED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Opens a sealed database, to be read.
pub(super) fn connect(chunks: &Shared) -> rusqlite::Result<Connection> {
    register()?;
    HANDED.set(Some(Arc::clone(chunks)));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags_and_vfs("vault", flags, NAME);
    HANDED.take();
    opened
}

/// Does with an open file what is asked, whatever another thread did.
pub(super) fn with<T>(chunks: &Mutex<Chunks>, f: impl FnOnce(&mut Chunks) -> T) -> T {
    f(&mut chunks.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Makes the file system known to SQLite, once in a process.
fn register() -> rusqlite::Result<()> {
    static CODE: OnceLock<c_int> = OnceLock::new();
    let code = *CODE.get_or_init(|| {
        // SAFETY: a null name asks for the system's own file system; what is found lives as long as the process.
        let Some(system) = (unsafe { ffi::sqlite3_vfs_find(ptr::null()).as_ref() }) else { return ffi::SQLITE_ERROR };
        // What has nothing to do with files, such as the time, is the system's, and so is `pAppData`, which that may ask for.
        let ours = ffi::sqlite3_vfs {
            iVersion: 1,
            szOsFile: size_of::<Open>() as c_int,
            mxPathname: PATH_BYTES_MAX,
            pNext: ptr::null_mut(),
            zName: NAME.as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            xFullPathname: Some(full_path),
            ..*system
        };
        // SAFETY: SQLite keeps the table as long as the process lives, and so does a box that is never freed.
        unsafe { ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 0) }
    });
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None)) }
}

/// What SQLite holds of an open file: it gives the memory, begins it with the table of functions, and leaves the rest.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    /// From `Arc::into_raw` in `open` until `close`.
    chunks: *const Mutex<Chunks>,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(is_reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

/// The chunks under an open file.
unsafe fn chunks<'a>(file: *mut ffi::sqlite3_file) -> &'a Mutex<Chunks> {
    // SAFETY: the caller passes on what SQLite gave to a method of METHODS: a file that `open` has written and `close` has
    // not seen yet, whose memory is that of an `Open`.
    unsafe { &*(*file.cast::<Open>()).chunks }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let handed = if flags & ffi::SQLITE_OPEN_MAIN_DB == 0 { None } else { HANDED.take() };
    let methods = if handed.is_some() { &raw const METHODS } else { ptr::null() };
    let chunks = handed.map_or(ptr::null(), Arc::into_raw);
    // SAFETY: SQLite gives `szOsFile` bytes, aligned for any type; without methods it does not call `close`.
    unsafe { file.cast::<Open>().write(Open { base: ffi::sqlite3_file { pMethods: methods }, chunks }) };
    if chunks.is_null() {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: SQLite gives a place for the flags, or null.
    if let Some(out) = unsafe { out_flags.as_mut() } {
        *out = ffi::SQLITE_OPEN_READONLY | ffi::SQLITE_OPEN_MAIN_DB;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: SQLite closes a file once, and only one that `open` opened: the pointer is that of `Arc::into_raw` there.
    drop(unsafe { Arc::from_raw((*file.cast::<Open>()).chunks) });
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, to: *mut c_void, count: c_int, offset: i64) -> c_int {
    let (Ok(count), Ok(offset)) = (usize::try_from(count), u64::try_from(offset)) else {
        return ffi::SQLITE_IOERR_READ;
    };
    // SAFETY: SQLite gives a buffer of that many bytes, its own while it waits.
    unsafe { ptr::write_bytes(to.cast::<u8>(), 0, count) };
    // SAFETY: as above, and every byte was just written.
    let out = unsafe { std::slice::from_raw_parts_mut(to.cast::<u8>(), count) };
    // SAFETY: `file` is an open one.
    match with(unsafe { chunks(file) }, |chunks| chunks.read_at(offset, out)) {
        Ok(done) if done == count => ffi::SQLITE_OK,
        // The rest is to be zeroes, and is.
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(_) => ffi::SQLITE_IOERR_READ,
    }
}

unsafe extern "C" fn size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: `file` is an open one.
    let len = with(unsafe { chunks(file) }, |chunks| chunks.len());
    // SAFETY: SQLite gives a place for the size.
    unsafe { size.write(i64::try_from(len).unwrap_or(i64::MAX)) };
    ffi::SQLITE_OK
}

// Nothing is ever written through here.

extern "C" fn write(_: *mut ffi::sqlite3_file, _: *const c_void, _: c_int, _: i64) -> c_int {
    ffi::SQLITE_READONLY
}

extern "C" fn truncate(_: *mut ffi::sqlite3_file, _: i64) -> c_int {
    ffi::SQLITE_READONLY
}

extern "C" fn sync(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

// A file of the vault is never changed in place, and an open one stays what it is when another takes its name: there is
// nothing to lock, and no journal beside it.

extern "C" fn lock(_: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn is_reserved(_: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { out.write(0) };
    ffi::SQLITE_OK
}

extern "C" fn characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_IMMUTABLE
}

extern "C" fn control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

extern "C" fn sector(_: *mut ffi::sqlite3_file) -> c_int {
    0
}

extern "C" fn delete(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int) -> c_int {
    ffi::SQLITE_READONLY
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int, out: *mut c_int) -> c_int {
    // SAFETY: SQLite gives a place for the answer.
    unsafe { out.write(0) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(_: *mut ffi::sqlite3_vfs, name: *const c_char, room: c_int, out: *mut c_char) -> c_int {
    // SAFETY: SQLite gives a name that ends in a zero, and room for that many bytes, which do not overlap it.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > usize::try_from(room).unwrap_or(0) {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name.as_ptr().cast(), out, name.len());
    }
    ffi::SQLITE_OK
}
