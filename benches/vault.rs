//! How pleasant a vault of 10, 1,000, 10,000 and 100,000 invented tokens is: `cargo bench`.
//!
//! Everything here is what a command does once the vault key is open; unlocking costs the same at every size. First come
//! the times of each job, then what is published: ratios between jobs that were run in turns, so that a slow machine or
//! a busy minute falls on both sides.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what cannot be measured ends the measuring")]

#[path = "../tests/common/nobody.rs"]
mod nobody;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use nobody::nobody;
use patvault::exchange::{Format, Options};
use patvault::ops::{self, Ground, Init, Session};
use patvault::secret::Secret;
use patvault::token::column;
use patvault::token::draft::{Draft, DraftVersion};
use patvault::token::query::Query;

/// How many tokens the vaults hold.
const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];
/// How often each side of a ratio is run.
const TURNS: usize = 21;

/// What a job asks of memory stands beside its time; what SQLite asks for itself is not in it.
#[global_allocator]
static MEMORY: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
    // Whoever asks for one job, or only for the list of them, is not kept waiting for the ratios.
    if std::env::args().skip(1).all(|argument| argument == "--bench") {
        let _nobody_reads_it = ratios();
    }
}

#[divan::bench(args = SIZES)]
fn list_all(bencher: Bencher, size: usize) {
    let stage = stage(size);
    bencher.bench(|| list(stage, ""));
}

#[divan::bench(args = SIZES)]
fn list_by_scope(bencher: Bencher, size: usize) {
    let stage = stage(size);
    bencher.bench(|| list(stage, "scope:repo"));
}

#[divan::bench(args = SIZES)]
fn list_by_fuzzy_word(bencher: Bencher, size: usize) {
    let stage = stage(size);
    bencher.bench(|| list(stage, "gthbdply"));
}

#[divan::bench(args = SIZES)]
fn due(bencher: Bencher, size: usize) {
    let stage = stage(size);
    bencher.bench(|| ops::due(&stage.session, 0, false).unwrap().len());
}

#[divan::bench(args = SIZES)]
fn get_by_a_part_of_the_name(bencher: Bencher, size: usize) {
    let stage = stage(size);
    let part = name(size / 2);
    bencher
        .with_inputs(|| stage.clear_journal())
        .bench_values(|()| ops::get(&stage.session, &part, None, "get").unwrap());
}

#[divan::bench(args = SIZES)]
fn get_by_path(bencher: Bencher, size: usize) {
    let stage = stage(size);
    bencher.with_inputs(|| stage.clear_journal()).bench_values(|()| get(stage));
}

#[divan::bench(args = SIZES, max_time = 10)]
fn add_one(bencher: Bencher, size: usize) {
    // Of its own: it grows by every run.
    let stage = Stage::holding(size);
    let mut added = 0;
    bencher.bench_local(|| {
        added += 1;
        add(&stage, added);
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn import_ten_thousand_from_csv(bencher: Bencher) {
    bencher.with_inputs(|| Stage::holding(0)).bench_values(|stage| import(&stage, &csv(10_000)));
}

/// A vault of invented tokens in a folder of its own.
struct Stage {
    session: Session,
    size: usize,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn holding(size: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A way in that nobody keeps: the vault lives as long as its session.
        let way = age::x25519::Identity::generate().to_public().to_string();
        let init = Init { name: "main".into(), recipients: vec![way], ..Init::default() };
        let session = ops::init(Ground::apart(folder.path()), init, &nobody()).unwrap();
        let stage = Self { session, size, _folder: folder };
        if size > 0 {
            import(&stage, &csv(size));
        }
        stage
    }

    /// A use waits in the journal after every get; folding it in belongs to the next write.
    fn clear_journal(&self) {
        let journal = self.session.vault.dir().join("journal");
        fs::remove_dir_all(&journal).unwrap();
        fs::create_dir(&journal).unwrap();
    }

    fn some_path(&self) -> String {
        let at = self.size / 2;
        format!("{}/{}", service(at), name(at))
    }
}

/// One for each size, built when it is first asked for.
fn stage(size: usize) -> &'static Stage {
    static STAGES: [OnceLock<Stage>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let at = SIZES.iter().position(|known| *known == size).unwrap();
    STAGES[at].get_or_init(|| Stage::holding(size))
}

fn service(at: usize) -> &'static str {
    ["github", "gitlab", "figma", "jira", "slack"][at % 5]
}

fn name(at: usize) -> String {
    format!("deploy-{at:05}")
}

/// A table as a person brings it: three scopes and two tags each, every third of them with a note.
fn csv(size: usize) -> Vec<u8> {
    let mut table = String::from("service,name,account,secret,expires,scopes,tags,note\n");
    for at in 0..size {
        let (service, name, month) = (service(at), name(at), 1 + at % 12);
        let scopes = if at % 2 == 0 { "repo read:org workflow" } else { "api read_user write_registry" };
        let note = if at % 3 == 0 { "used by the nightly build" } else { "" };
        table.push_str(&format!(
            "{service},{name},ada-{},not-a-real-secret-{at:05},2031-{month:02}-15,{scopes},ci team-{},{note}\n",
            at % 17,
            at % 9,
        ));
    }
    table.into_bytes()
}

fn list(stage: &Stage, words: &str) -> usize {
    let query = Query::parse(words, &stage.session.now).unwrap();
    let shown = column::USUAL.iter().filter_map(|name| column::find(name)).map(|column| column.parts).collect();
    let listed = ops::list(&stage.session, black_box(&query), None, false, shown).unwrap();
    let found = listed.len();
    assert!(found > 0, "{words} finds nothing");
    found
}

fn get(stage: &Stage) {
    black_box(ops::get(&stage.session, &stage.some_path(), None, "get").unwrap());
}

fn add(stage: &Stage, nth: usize) {
    let version = DraftVersion::of(Secret::new(format!("not-a-real-secret-added-{nth}")));
    let draft = Draft::of("added".into(), nth.to_string(), version);
    ops::add(&stage.session, &draft, false, None).unwrap();
}

fn import(stage: &Stage, table: &[u8]) {
    let plan = ops::plan_import(&stage.session, table, Format::Csv, &Options::default(), false).unwrap();
    ops::import(&stage.session, &plan, false, |_| {}).unwrap();
}

/// What is published.
fn ratios() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let small = stage(10);
    let mut added = 1_000_000;
    let mut add_next = |stage: &Stage| {
        added += 1;
        add(stage, added);
    };
    for size in [10_000, 100_000] {
        let large = stage(size);
        writeln!(out, "\n{size} tokens over 10, medians of {TURNS} turns each:")?;
        let mut tell = |what: &str, (few, many): (Duration, Duration)| {
            let ratio = many.as_secs_f64() / few.as_secs_f64();
            writeln!(out, "  {what:<28} {ratio:>6.2}   ({few:.2?} and {many:.2?})")
        };
        let get_clean = |stage: &Stage| {
            stage.clear_journal();
            timed(|| get(stage))
        };
        tell("get by path", in_turns(|| get_clean(small), || get_clean(large)))?;
        tell("list of all", in_turns(|| timed(|| list(small, "")), || timed(|| list(large, ""))))?;
        tell("list by scope:repo", {
            in_turns(|| timed(|| list(small, "scope:repo")), || timed(|| list(large, "scope:repo")))
        })?;
        let add_next = std::cell::RefCell::new(&mut add_next);
        tell("add of one", {
            in_turns(|| timed(|| add_next.borrow_mut()(small)), || timed(|| add_next.borrow_mut()(large)))
        })?;
    }
    let (empty, table) = (Stage::holding(0), csv(10_000));
    let whole = timed(|| import(&empty, &table));
    writeln!(out, "import of 10,000 from CSV beyond the unlock: {:.2} s", whole.as_secs_f64())
}

fn timed<T>(job: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(job());
    start.elapsed()
}

/// The medians of two jobs, run A B A B.
fn in_turns(mut few: impl FnMut() -> Duration, mut many: impl FnMut() -> Duration) -> (Duration, Duration) {
    let mut times: BTreeMap<bool, Vec<Duration>> = BTreeMap::new();
    for _ in 0..TURNS {
        times.entry(false).or_default().push(few());
        times.entry(true).or_default().push(many());
    }
    let median = |mut all: Vec<Duration>| {
        all.sort();
        all[all.len() / 2]
    };
    (median(times.remove(&false).unwrap()), median(times.remove(&true).unwrap()))
}
