//! What people, programs and disks give patvault that it cannot use: it says so, says what to do, and loses nothing.

#[cfg(test)]
mod common {
    pub mod home;
}

#[cfg(test)]
mod bad_input {
    mod arguments;
    mod environment;
    mod files;
    mod streams;
    mod tried;
}
