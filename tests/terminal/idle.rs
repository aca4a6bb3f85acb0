//! A window at which nothing happens costs nothing but its look once a second.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::process::Command;

use super::window::GIVEN_BACK;
use crate::pty::Home;
use crate::tools::{run, tool};

/// How often it has to look for nobody to doubt it.
const LOOKS: usize = 4;

/// What the system is asked for until somebody has waited in vain: that is how the look once a second begins.
fn until_a_look(calls: &mut Lines<BufReader<File>>) -> Vec<String> {
    let mut between = vec![];
    loop {
        let call = calls.next().expect("the window is there").unwrap();
        let waited = call.contains("ETIMEDOUT");
        between.push(call);
        if waited {
            return between;
        }
    }
}

/// The thread that made a call.
fn thread(call: &str) -> &str {
    call.split(' ').next().unwrap()
}

#[test]
fn an_idle_window_looks_once_a_second_and_does_nothing_else() {
    let Some(strace) = tool("strace") else { return };
    for alone in [true, false] {
        let mut home = Home::furnished();
        if !alone {
            home.done(&["unlock"], "");
        }
        // A pipe, so that each call is heard of when it is made.
        let pipe = home.path("calls");
        run(Command::new("mkfifo").arg(&pipe));
        let output = format!("--output={}", pipe.display());
        home.start_through(
            [strace.to_str().unwrap(), "--follow-forks", "--quiet=all", &output].map(str::to_owned).into(),
        );
        let identity = home.path("identity");
        let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap())];
        let args: &[&str] = if alone { &["--no-agent"] } else { &[] };
        let Some(mut visit) = home.visit_with(args, 80, &vars) else { return };
        let mut calls = BufReader::new(File::open(&pipe).unwrap()).lines();
        let listening = std::thread::spawn(move || {
            // While it is being opened, more than one thread has something to do.
            let rests = |look: &[String]| look.iter().all(|call| thread(call) == thread(&look[0]));
            let opening = (0..LOOKS).find(|_| rests(&until_a_look(&mut calls)));
            assert!(opening.is_some(), "it does not come to rest");
            let idle: Vec<Vec<String>> = (0..LOOKS).map(|_| until_a_look(&mut calls)).collect();
            // Heard to the end: the window would wait for it.
            std::thread::spawn(move || calls.for_each(drop));
            idle
        });
        visit.shows("github");
        let idle = listening.join().unwrap();
        let worker = thread(&idle[0][0]);
        for look in &idle {
            assert!(look.iter().all(|call| thread(call) == worker), "one thread wakes up: {idle:#?}");
            let count = |what: &str| look.iter().filter(|call| call.contains(what)).count();
            assert_eq!(count(" futex("), 1, "once for each look: {idle:#?}");
            assert!(count("/vault.age\"") > 0, "for a look: {idle:#?}");
            assert_eq!(count(" write(1,"), 0, "nothing is drawn: {idle:#?}");
        }
        assert!(idle.windows(2).all(|pair| pair[0].len() == pair[1].len()), "the same every time: {idle:#?}");
        visit.types("q").sees(GIVEN_BACK);
        assert!(visit.ends().given_back);
    }
}
