//! Services: who issues tokens, as data. A file in `assets/services/` says what a service's tokens look like and what may be
//! asked of it; the code here knows no service by name.
//!
//! `definition` is the language, `check` says whether a definition makes sense, `catalogue` has them all. `form` and `detect`
//! look at a secret; `site`, `template`, `page` and `request` build what is asked; `answer` judges what comes back.

mod answer;
mod catalogue;
mod check;
pub mod definition;
mod detect;
mod form;
mod oauth1;
mod page;
mod request;
mod site;
mod template;

pub use answer::{End, Facts, Judged, judge};
pub use catalogue::{Bad, Catalogue, Error, Service, parse, schema};
pub use detect::{Candidate, Sureness, detect};
pub use form::checksum;
pub use page::address;
pub use request::{Asking, Unbuilt, build};
pub use site::{Place, place};
pub use template::{Value, Values};
