//! Services: who issues tokens, as data. A file in `assets/services/` says what a service's tokens look like and what may be
//! asked of it; the code here knows no service by name.
//!
//! `definition` is the language, `check` says whether a definition makes sense, `catalogue` has them all. `form` and `detect`
//! look at a secret; `site`, `template`, `page` and `request` build what is asked; `http` sends it, `answer`
//! judges what comes back, `kept` sorts what that gives for a token's fields, `pages` turns the pages of a list, and `ask` goes
//! through the calls about one token. `sheet` tells it all in words.

mod ability;
mod answer;
mod ask;
mod catalogue;
mod check;
pub mod definition;
mod detect;
mod form;
mod http;
mod kept;
mod oauth1;
mod outline;
mod page;
mod pages;
mod request;
mod risk;
mod sheet;
mod site;
mod template;

pub use ability::{Abilities, How, Recognised};
pub use answer::{End, Facts, Judged, judge};
pub use ask::{Errand, Other, Unasked, Verified, hosts, verifying};
pub use catalogue::{Bad, Catalogue, Error, Service, parse, schema};
pub use detect::{Candidate, Sureness, detect, detect_among_all, read};
pub use form::{checksum, fits_whole};
pub use http::Network;
pub use kept::KeptFields;
pub use page::{ENDLESS, address};
pub use request::{Asking, Unbuilt, asks_for_end, build};
pub use risk::Risks;
pub use sheet::{Sheet, SheetLine, sheets};
pub use site::{Place, is_usual, place, site};
pub use template::{Unfilled, Value, Values};
