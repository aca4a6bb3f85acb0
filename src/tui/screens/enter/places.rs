//! The places where a token is installed, a line each.

use std::collections::BTreeMap;

use crate::token::consumer::Way;
use crate::token::label::Label;

/// A place as a person writes it: `server # ~/.netrc`, `Actions org/app = gh secret set X`, `ci = $TOKEN ./update`.
fn line(place: &str, way: &Way) -> String {
    match way {
        Way::Hand { note: None } => place.to_owned(),
        Way::Hand { note: Some(note) } => format!("{place} # {note}"),
        Way::Run { command, env: None } => format!("{place} = {command}"),
        Way::Run { command, env: Some(env) } => format!("{place} = ${env} {command}"),
    }
}

/// All of them.
pub fn write(places: &BTreeMap<String, Way>) -> String {
    places.iter().map(|(place, way)| line(place, way)).collect::<Vec<_>>().join("\n")
}

/// Reads them. A line as it was written means what it meant then, whatever signs it has.
///
/// # Errors
/// What is wrong with the first line that makes no sense.
pub fn read(text: &str, before: &BTreeMap<String, Way>) -> Result<BTreeMap<String, Way>, String> {
    let mut places = BTreeMap::new();
    for text in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (place, way) = match before.iter().find(|(place, way)| line(place, way).trim() == text) {
            Some((place, way)) => (place.clone(), way.clone()),
            None => parse(text)?,
        };
        if places.insert(place.clone(), way).is_some() {
            return Err(format!("'{place}' is named twice"));
        }
    }
    Ok(places)
}

fn parse(text: &str) -> Result<(String, Way), String> {
    let (place, run, note) = match (text.split_once(" = "), text.split_once(" # ")) {
        (Some((place, run)), _) => (place, Some(run.trim()), None),
        (None, Some((place, note))) => (place, None, Some(note)),
        (None, None) => (text, None, None),
    };
    let (env, run) = match run.and_then(|run| run.strip_prefix('$')?.split_once(' ')) {
        Some((env, run)) => (Some(env), Some(run)),
        None => (None, run),
    };
    let way = Way::parse(run, env, note).map_err(|error| error.to_string())?;
    Ok((Label::Place.parse(place).map_err(|error| error.to_string())?, way))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let ways = ["hand", "hand ask ops", "stdin gh secret set X", "env TOKEN ./update 'a b'", "stdin $ODD x"];
        let places: BTreeMap<String, Way> =
            ways.iter().map(|way| (format!("place {way}"), way.parse().unwrap())).collect();
        assert_eq!(read(&write(&places), &places).unwrap(), places);
        let plain = "server # ~/.netrc\n\nActions org/app = gh secret set X\nci = $TOKEN ./update\nlaptop";
        let read_back = read(plain, &BTreeMap::new()).unwrap();
        let shown: Vec<String> = read_back.iter().map(|(place, way)| format!("{place}: {way}")).collect();
        let want = [
            "Actions org/app: stdin gh secret set X",
            "ci: env TOKEN ./update",
            "laptop: hand",
            "server: hand ~/.netrc",
        ];
        assert_eq!(shown, want);
        for bad in ["a\na", "x = gh --body {token}", "x = $BAD-NAME y"] {
            assert!(read(bad, &BTreeMap::new()).is_err(), "{bad}");
        }
    }
}
