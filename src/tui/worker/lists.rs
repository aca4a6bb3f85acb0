//! Lists of tokens that are brought in. Nothing of what is in the file is held between looking at it and taking it: it is read
//! again, and has to be what was seen.

use crate::ops::{self, Error, ImportPlan, List, Session};
use crate::text::{counted, escaped};
use crate::tui::message::{ListSeen, Reply};
use crate::tui::post::{Letter, Post};

/// Tells what would come in.
pub(super) fn look(session: &Session, list: Box<List>) -> Result<Reply, Error> {
    let seen = seen(&list.plan(session)?);
    Ok(Reply::ListSeen(list, seen))
}

/// Takes all of it or nothing, if it is what was seen.
pub(super) fn import(session: &Session, list: Box<List>, agreed: &ListSeen, post: &Post) -> Result<Reply, Error> {
    let of = agreed.tokens.len();
    let added = |done| post.send(Letter::Reply(Reply::Importing(done, of)));
    added(0);
    let plan = list.plan(session)?;
    let now = seen(&plan);
    if now.tokens != agreed.tokens {
        let notes = [vec!["It is not what you saw: this would come in now.".to_owned()], now.notes];
        return Ok(Reply::ListSeen(list, ListSeen { notes: notes.concat(), ..now }));
    }
    let count = ops::import(session, &plan, list.insist, added)?;
    let file = escaped(&list.file.to_string_lossy()).into_owned();
    let left =
        format!("The secrets still stand in {file}: remove it when you have looked. Undo takes the import back.");
    let notes = [vec![left], now.notes].concat();
    Ok(Reply::Imported(format!("Added {}", counted(count, "token")), ListSeen { notes, columns: vec![], ..now }))
}

fn seen(plan: &ImportPlan) -> ListSeen {
    let line = |[service, name, account, expires]: [String; 4]| {
        let account = if account.is_empty() { account } else { format!("  {account}") };
        format!("{service}/{name}{account}  {expires}")
    };
    ListSeen { columns: plan.columns.clone(), tokens: plan.rows().map(line).collect(), notes: plan.notes.clone() }
}
