//! What patvault can do, whoever asks: one file a verb.

mod add;
mod backup;
mod board;
mod demo;
mod detect;
mod discard;
mod doctor;
mod due;
mod edit;
mod error;
mod export;
mod files;
mod find;
mod get;
mod history;
mod import;
mod init;
mod key;
mod lend;
mod list;
mod lock;
mod services;
mod session;
mod show;
mod status;
mod unlock;
mod verify;

pub use add::{Added, add, pasted};
pub use backup::{accept, back_up, backups, restore_backup};
pub use demo::demo;
pub use detect::{Recognised, detect, recognise};
pub use discard::{discard, purge, restore, trash};
pub use doctor::{EDIT_PREFIX, Finding, Level, mend, outside};
pub use due::{Owed, answer, due};
pub use edit::{Edits, edit, edit_shown};
pub use error::{Elsewhere, Error};
pub use export::{export, gather};
pub use files::{read_limited, write_new_private, write_private};
pub use find::{Among, find, name_of};
pub use get::{Got, get};
pub use history::{Event, Names, history, undo};
pub use import::{ImportPlan, import, plan_import};
pub use init::{Init, init};
pub use key::{NewWay, add_way, change_passphrase, remove_way, rotate_key, ways};
pub use lend::{Unlocked, hold};
pub use list::{Listed, list};
pub use lock::lock;
pub use services::{service, services};
pub use session::{Ground, Session};
pub use show::{Shown, show};
pub use status::{Status, VaultStatus, status};
pub use unlock::{Means, read_passphrase};
pub use verify::{
    CALLS_AT_ONCE, Checked, Hosts, Inquiry, Plan, Reply, Skipped, Which, plan_verify, record, remember_hosts, run,
};
