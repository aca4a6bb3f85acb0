//! What people, programs and disks give patvault that it cannot use: it says so, says what to do, and loses nothing.

#[cfg(test)]
#[path = "common/home.rs"]
mod home;

#[cfg(test)]
mod bad_input {
    mod arguments;
    mod environment;
    mod files;
    mod streams;
    mod tried;
}
