//! What a rotation is going to do, in the words of every face. Escaped.

use super::plan::RotatePlan;
use super::step::Renewal;
use crate::ops::errand::Address;
use crate::text::escaped;
use crate::token::expiry::Expiry;
use crate::token::now::Now;
use crate::token::when;

/// What a call is going to do.
pub fn call_lines(plan: &RotatePlan, renewal: &Renewal, now: &Now) -> Vec<String> {
    let hosts: Vec<_> = plan.hosts().iter().map(|host| escaped(host).into_owned()).collect();
    let mut lines = vec![
        format!("{} is asked for a new secret of {}:", escaped(plan.service()), escaped(&plan.token.path())),
        format!("  call     {} at {}", escaped(&renewal.call), hosts.join(", ")),
        match renewal.kills_old {
            true => "  old one  dies at once, which cannot be undone".into(),
            false => "  old one  lives on until it is revoked".into(),
        },
    ];
    lines.extend(renewal.needs.iter().map(|needs| format!("  note     {}", escaped(needs))));
    lines.extend(new_lines(plan, now));
    lines
}

/// Where the person makes the new one, and what it is to be like.
pub fn page_lines(plan: &RotatePlan, now: &Now) -> Vec<String> {
    let mut lines =
        vec![format!("A new secret of {} is made on the page of its service:", escaped(&plan.token.path()))];
    lines.extend(address_lines(plan.page(now).as_ref(), plan.unknown.as_deref()));
    lines.extend(new_lines(plan, now));
    lines
}

/// Where a page is and what to do there, or why that is not known.
pub fn address_lines(page: Option<&Address>, unknown: Option<&str>) -> Vec<String> {
    let Some(page) = page else {
        let why = unknown.map_or_else(String::new, |why| format!(": {}", escaped(why)));
        return vec![format!("  (where that is, is not known{why})")];
    };
    let mut lines = vec![format!("  {}", escaped(&page.url))];
    lines.extend(page.how.iter().map(|how| format!("  There: {}", escaped(how))));
    lines.extend(page.is_unproven.then(|| "  (that address is not proven)".into()));
    lines
}

/// What the new one is to be like.
fn new_lines(plan: &RotatePlan, now: &Now) -> Vec<String> {
    let ends = ends_in_words(plan.ends, now).map(|ends| format!("  new one  ends {ends}"));
    let scopes: Vec<_> = plan.token.current().wanted().iter().map(|scope| escaped(&scope.name)).collect();
    let scopes = (!scopes.is_empty()).then(|| format!("  scopes   {}", scopes.join(", ")));
    ends.into_iter().chain(scopes).collect()
}

/// When something ends, in words; `None` where nobody knows.
pub fn ends_in_words(expiry: Expiry, now: &Now) -> Option<String> {
    if matches!(expiry, Expiry::Never(_)) {
        return Some("never".into());
    }
    let day = expiry.date()?.day(now);
    Some(format!("{day}, {}", when::words(day, now)))
}
