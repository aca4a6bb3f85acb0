//! Damage in a part of the file that a read may not need.

use std::fs;

use patvault::secret::Secret;
use patvault::vault::{Error, Reader, Wrong};

use crate::common::{Stage, author, draft};
use crate::{flipped, header_len, newest_backup};

/// What a reader may ask, each with what it was told, as text.
type Question = (&'static str, fn(&Reader) -> Result<String, Error>);

const QUESTIONS: [Question; 10] = [
    ("about", |r| Ok(format!("{:?} {:?}", r.about()?, r.slots()?))),
    ("tokens", |r| Ok(format!("{:?}", r.tokens()?))),
    ("one by its path", |r| Ok(format!("{:?}", r.tokens_at("github", "deploy-700")?))),
    ("a secret", |r| {
        let secret = match r.sketches_at("github", "deploy-7")?.pop() {
            Some(sketch) => r.secret_of(&r.issues(&sketch)?[0])?,
            None => None,
        };
        Ok(format!("{:?}", secret.map(|secret| secret.expose().to_owned())))
    }),
    ("some by a part of the name", |r| {
        Ok(format!("{:?}", r.sketches(|_, name, _| name.contains("77").then_some(()))?))
    }),
    ("notes", |r| {
        let notes = r.tokens_at("github", "deploy-300")?.into_iter().map(|token| r.note(token.id));
        Ok(format!("{:?}", notes.collect::<Result<Vec<_>, _>>()?))
    }),
    ("the same secret", |r| {
        Ok(format!("{:?}", r.same_secret(&Secret::new("not-a-real-secret-of-github/deploy-5".into()))?))
    }),
    ("uses", |r| Ok(format!("{:?}", r.uses(None, 100)?))),
    ("history", |r| Ok(format!("{:?}", r.batches(None, 100)?))),
    ("errors that are swallowed", |r| Ok(format!("{:?}", r.tokens().unwrap_or_default()))),
];

#[test]
fn a_read_is_refused_or_right_whatever_bit_was_flipped() {
    let stage = Stage::new();
    let mut drafts: Vec<_> = (0..800).map(|n| draft(&format!("github/deploy-{n}"))).collect();
    drafts[300].note = Some("used by the nightly build".into());
    stage.add(&drafts);
    let used = stage.vault.read(&stage.key, |r| r.tokens_at("github", "deploy-9")).unwrap().remove(0);
    stage.use_it(&used, 1, author().at);
    stage.add(&[draft("figma/plugin")]);
    let ask = |(_, ask): &Question| stage.vault.read(&stage.key, ask);
    let right: Vec<String> = QUESTIONS.iter().map(|question| ask(question).unwrap()).collect();
    assert!(right.iter().all(|answer| answer.len() > 2), "nothing is asked in vain");

    let (whole, backup) = (fs::read(stage.vault.file()).unwrap(), newest_backup(&stage));
    let of_the_file = |error: Error, what: &str| match error {
        Error::Untrusted { path, wrong: Wrong::Damaged(_), backup: Some(named) } => {
            assert_eq!((path, named), (stage.vault.file(), backup.clone()), "{what}");
        }
        other => panic!("{what}: {other:?}"),
    };
    // Several places in every chunk.
    const STRIDE: usize = 8 * (64 * 1024 / 3) + 3;
    let mut told = [(0, 0); QUESTIONS.len()];
    for bit in (header_len(&whole) * 8..whole.len() * 8).step_by(STRIDE) {
        let (what, bytes) = flipped(&whole, bit);
        fs::write(stage.vault.file(), bytes).unwrap();
        for ((question, right), (refused, answered)) in QUESTIONS.iter().zip(&right).zip(&mut told) {
            let what = format!("{what}, {}", question.0);
            match ask(question) {
                Ok(answer) => {
                    assert!(answer == *right, "{what}: another answer");
                    *answered += 1;
                }
                Err(error) => {
                    of_the_file(error, &what);
                    *refused += 1;
                }
            }
        }
        of_the_file(
            stage.vault.read(&stage.key, |r| r.is_sound()).unwrap_err(),
            &format!("{what}, a look over everything"),
        );
        let write = stage.vault.write(&stage.key, &author(), "add", |w| w.add(&[draft("jira/new")]));
        of_the_file(write.unwrap_err(), &format!("{what}, a write"));
    }
    assert!(told.iter().all(|(refused, _)| *refused > 0), "everybody met damage: {told:?}");
    assert!(told.iter().all(|(_, answered)| *answered > 0), "nobody reads everything: {told:?}");
    fs::write(stage.vault.file(), &whole).unwrap();
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), 801, "the whole file still opens");
}
