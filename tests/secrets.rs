//! Secrets in the database: found a second time, and destroyed for good.
#![cfg(test)]

mod common;

use std::fs;

use common::{Stage, author, draft_of, later, query};
use patvault::secret::Secret;
use patvault::token::Token;
use patvault::token::change::{Field, Subject};
use patvault::token::id::TokenId;
use patvault::vault::{Error, Writer};

fn token_now(stage: &Stage, id: TokenId) -> Token {
    stage.vault.read(&stage.key, |r| r.token(id)).unwrap().unwrap()
}

#[test]
fn purging_destroys_the_secret_for_good() {
    let mut stage = Stage::new();
    // Enough of them, some too long for a page, all sealed twice: rows have moved between pages, where old copies may be
    // left behind.
    let secret = |n: usize| if n.is_multiple_of(5) { "long-".repeat(2000) } else { "short".to_owned() };
    for part in 0..8 {
        let drafts =
            (0..40).map(|n| draft_of(&format!("github/token-{part}-{n}"), &format!("{}-{part}-{n}", secret(n))));
        stage.add(&drafts.collect::<Vec<_>>());
    }
    let ways = [common::slot_for("identity", &stage.identity)];
    stage.key = stage
        .vault
        .change_key(&stage.key, &author(), &ways, &stage.vault.slot_files().unwrap(), &common::nobody())
        .unwrap();
    let ids: Vec<TokenId> = stage.vault.read(&stage.key, |r| r.tokens()).unwrap().iter().map(|one| one.id).collect();
    for id in ids.iter().step_by(50) {
        let token = token_now(&stage, *id);
        let version = token.current().id;
        let bytes = |what: &str| -> Vec<u8> {
            let hex = version.to_string();
            let of = format!("SELECT {what} FROM secret JOIN version ON version.key = version WHERE id = x'{hex}'");
            query(&stage.image(), &of)
        };
        let (sealed, fingerprint) = (bytes("sealed"), bytes("fingerprint"));
        assert!(holds(&stage.image(), &sealed[sealed.len() - 48..]));
        stage.vault.write(&stage.key, &later(9), "purge", |w| w.purge(*id)).unwrap();
        // Any part of it, wherever the database keeps what it has no more use for.
        let image = stage.image();
        let mut parts = sealed.windows(48).step_by(sealed.len() / 8);
        assert!(parts.all(|part| !holds(&image, part)), "sealed bytes are left");
        assert!(!holds(&image, &fingerprint), "its fingerprint is left");

        let purged = token_now(&stage, *id);
        assert_eq!(purged.purged, Some(later(9).at));
        assert_eq!((&purged.name, purged.versions.len()), (&token.name, 1), "what was known stays");
        let secret = stage.vault.read(&stage.key, |r| r.secret(version)).unwrap();
        assert!(secret.is_none());
        let file = fs::read(stage.vault.file()).unwrap();
        let error =
            stage.vault.write(&stage.key, &later(60), "undo", |w| w.undo(w.batches(None, 1)?[0].id)).unwrap_err();
        assert!(matches!(error, Error::Purged { .. }), "{error}");
        assert!(fs::read(stage.vault.file()).unwrap() == file);
    }
    // Purging again is no change.
    let revision = stage.revision();
    stage.vault.write(&stage.key, &later(10), "purge", |w| w.purge(ids[0])).unwrap();
    assert_eq!(stage.revision(), revision);
    // And what is not purged still opens.
    let token = token_now(&stage, ids[1]);
    let secret = stage.vault.read(&stage.key, |r| r.secret(token.current().id)).unwrap().unwrap();
    assert!(secret.expose().ends_with(token.name.trim_start_matches("token")));
}

fn holds(image: &[u8], part: &[u8]) -> bool {
    // The first byte is looked for alone: most places differ there already.
    image.iter().enumerate().any(|(at, byte)| *byte == part[0] && image[at..].starts_with(part))
}

#[test]
fn the_same_secret_is_found() {
    let stage = Stage::new();
    let ids =
        stage.add(&[draft_of("github/laptop", "not-a-real-secret"), draft_of("github/ci", "not-a-real-secret-2")]);
    let places = |text: &str| {
        let secret = Secret::new(text.into());
        let twins = stage.vault.read(&stage.key, |r| r.same_secret(&secret)).unwrap();
        twins.into_iter().map(|twin| (twin.token, twin.path, twin.number, twin.trashed)).collect::<Vec<_>>()
    };
    assert_eq!(places("not-a-real-secret"), [(ids[0], "github/laptop".into(), 1, false)]);
    assert_eq!(places("not-a-real-secret-3"), []);
    assert_eq!(places(""), []);
    // In the trash it still counts; purged it is gone.
    let first = Subject { token: ids[0], version: None };
    let trash = |w: &mut Writer| w.set(first, &Field::Trashed, Some("2026-11-22T10:00:00Z"));
    stage.vault.write(&stage.key, &author(), "remove", trash).unwrap();
    assert_eq!(places("not-a-real-secret"), [(ids[0], "github/laptop".into(), 1, true)]);
    let again = stage.add(&[draft_of("gitlab/ci", "not-a-real-secret")]);
    assert_eq!(places("not-a-real-secret").len(), 2);
    stage.vault.write(&stage.key, &author(), "purge", |w| w.purge(ids[0])).unwrap();
    assert_eq!(places("not-a-real-secret"), [(again[0], "gitlab/ci".into(), 1, false)]);
}

#[test]
fn the_parts_of_a_secret_are_sealed_resealed_and_destroyed_like_it() {
    let mut stage = Stage::new();
    let id = stage.add(&[draft_of("x/app", "not-a-real-secret")])[0];
    let of = Subject { token: id, version: Some(token_now(&stage, id).current().id) };
    let sealed = |stage: &Stage| query::<Vec<u8>>(&stage.image(), "SELECT sealed FROM part");
    let part = |stage: &Stage| {
        let part = stage.vault.read(&stage.key, |r| r.part(of.version.unwrap(), "refresh_token")).unwrap();
        part.map(|part| part.expose().to_owned())
    };
    let is_left = |stage: &Stage, sealed: &[u8]| sealed.windows(48).step_by(16).any(|some| holds(&stage.image(), some));
    let mut gone: Vec<Vec<u8>> = vec![];
    for text in ["not-a-real-part", "not-a-real-part-either"] {
        let secret = Secret::new(text.into());
        stage.vault.write(&stage.key, &author(), "edit", |w| w.set_part(of, "refresh_token", &secret)).unwrap();
        assert_eq!(part(&stage).as_deref(), Some(text));
        assert!(!holds(&stage.image(), b"not-a-real"), "no text of it is in the clear");
        assert!(gone.iter().all(|sealed| !is_left(&stage, sealed)), "what it took the place of is left");
        gone.push(sealed(&stage));
    }
    assert_eq!(token_now(&stage, id).current().parts, ["refresh_token".to_owned()].into());

    let (old_key, ways) = (stage.key, [common::slot_for("identity", &stage.identity)]);
    let seen = stage.vault.slot_files().unwrap();
    stage.key = stage.vault.change_key(&old_key, &author(), &ways, &seen, &common::nobody()).unwrap();
    assert_eq!(part(&stage).as_deref(), Some("not-a-real-part-either"));
    assert_ne!(sealed(&stage), gone[1]);
    assert_eq!(common::unseal(&sealed(&stage), &stage.key), b"not-a-real-part-either");
    gone.push(sealed(&stage));

    stage.vault.write(&stage.key, &later(9), "purge", |w| w.purge(id)).unwrap();
    assert_eq!(part(&stage), None);
    assert!(token_now(&stage, id).current().parts.is_empty());
    assert!(gone.iter().all(|sealed| !is_left(&stage, sealed)), "sealed bytes are left");
}
