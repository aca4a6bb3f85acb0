//! What the forms of shipped services look like from afar: how they begin, and how long they are. Who wants to know of which
//! services a secret may be need not read the definitions of all the others.

/// A form, from afar.
struct Outline {
    beginning: &'static str,
    /// How many signs it has.
    shortest: usize,
    longest: usize,
}

/// Shipped services by id, in order, each with its forms: a table that was made when patvault was built.
static SHIPPED: &[(&str, &[Outline])] = include!(concat!(env!("OUT_DIR"), "/outlines.rs"));

/// Whether a text may have one of the forms of a shipped service. Where this says that it has none, it has none.
pub(super) fn may_have(service: &str, text: &str) -> bool {
    let at = SHIPPED.binary_search_by_key(&service, |(id, _)| id);
    let forms = at.ok().and_then(|at| SHIPPED.get(at)).map_or(&[][..], |(_, forms)| forms);
    let signs = text.chars().count();
    forms.iter().any(|form| text.starts_with(form.beginning) && (form.shortest..=form.longest).contains(&signs))
}
