//! What patvault can do, whoever asks: one file a verb.

mod add;
mod backup;
mod behind;
mod board;
mod browse;
mod consumer;
mod copy;
mod customs;
mod demo;
mod detect;
mod discard;
mod doctor;
mod due;
mod due_index;
mod edit;
mod editor;
mod errand;
mod error;
mod export;
mod fields;
mod files;
mod find;
mod get;
mod glance;
mod history;
mod import;
mod init;
mod install;
mod key;
mod lend;
mod list;
mod lock;
mod pace;
mod peek;
mod revoke;
mod risks;
mod rotate;
mod services;
mod session;
mod set;
mod show;
mod status;
mod strength;
mod told;
mod unlock;
mod uses;
mod verify;
mod whole;
mod with;

pub use add::{Added, add, check_place, fill, pasted, twins};
pub use backup::{accept, back_up, backups, restore_backup};
pub use behind::{agent, holder, measure, measured};
pub use browse::browse;
pub use consumer::{add_place, edit_place, remove_place, rename_place, say_installed, way};
pub use copy::{Copied, copy, copy_text, route};
pub use demo::{Demo, demo};
pub use detect::{Recognised, detect, recognise};
pub use discard::{discard, purge, restore, trash, trashed_as};
pub use doctor::{EDIT_PREFIX, Finding, Level, mend, outside};
pub use due::{Owed, answer, due};
pub use edit::{Edits, changed, edit, edit_all, edit_shown};
pub use editor::{Sheet, changed_facts, edit_facts, edit_file, editor, read_facts, write_facts};
pub use errand::Address;
pub use error::{Elsewhere, Error};
pub use export::export;
pub use fields::{Fields, Lacking};
pub use files::{read_limited, write_new_private, write_private};
pub use find::{Among, find, name_of, namesake};
pub use get::{Got, get, get_field};
pub use glance::{Glance, Lock, glance};
pub use history::{Event, Names, history, undo};
pub use import::{ImportPlan, List, import, paths_like, plan_import};
pub use init::{Init, init};
pub use install::{Handed, InstallPlan, Job, Places, hand_out, plan_install, record_install};
pub use key::{NewWay, add_way, change_passphrase, remove_way, rotate_key, ways};
pub use lend::{Unlocked, hold};
pub use list::{count, list};
pub use lock::lock;
pub use peek::peek;
pub use revoke::{
    RevokePlan, Revoked, Whose, ask_to_revoke, note_revoked, plan_revoke, plan_revoke_by_id, ready_to_revoke,
    revoked_by_word,
};
pub use rotate::{
    ByHand, Departure, Looked, Lost, Renewal, RotatePlan, Rotated, Said, Settled, Step, Unkept, Wish, address_lines,
    arrive, ask, call_lines, check_secret, depart, ends_in_words, look, note_rotation, page_lines, plan_rotate, ready,
    replace, rotate, settle,
};
pub use services::{service, services};
pub use session::{Ground, Session};
pub use set::{set, set_in_words};
pub use show::{Shown, show};
pub use status::{AgentStatus, Status, VaultStatus, status};
pub use strength::{Strength, strength};
pub use told::{is_of_coming, summary, told};
pub use unlock::{Means, read_passphrase};
pub use uses::{by_day, use_times};
pub use verify::{
    CALLS_AT_ONCE, Checked, Heard, Hosts, Inbox, Inquiry, Plan, Prospect, Reply, Skipped, Stop, Which, plan_draft,
    plan_verify, record, remember_hosts, run,
};
pub use whole::{Whole, whole};
pub use with::{With, kept_with};
