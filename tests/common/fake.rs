//! A service on the machine itself that answers as a test says. It speaks enough of HTTP/1.1 to be asked once a connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    /// Path and query; for CONNECT, the host.
    pub path: String,
    /// With names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// What is done about a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// An answer: status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// The connection is closed without a word.
    Silence,
    /// Bytes as they are, then the end.
    Bytes(Vec<u8>),
    /// An answer that never ends.
    Endless,
    /// The beginning of an answer, and then nothing, until the other side goes.
    Stalled,
}

impl Reply {
    /// An answer of JSON.
    pub fn json(status: u16, body: &str) -> Self {
        Self::Answer(status, vec![("Content-Type", "application/json".into())], body.into())
    }
}

/// A service that runs until the test ends.
pub struct Fake {
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Fake {
    /// Starts one that answers each request so.
    pub fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(vec![]));
        let (all, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read(&connection) else { return };
                    all.lock().unwrap().push(request.clone());
                    write(connection, answer(&request));
                });
            }
        });
        Self { origin, seen }
    }

    /// What was asked so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

fn read(connection: &TcpStream) -> Option<Seen> {
    let mut lines = BufReader::new(connection);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Seen { method, path, headers, body: String::from_utf8(body).ok()? })
}

fn write(mut connection: TcpStream, reply: Reply) {
    // Whoever asked may be gone before the end: that is what some tests are about.
    let _gone = match reply {
        Reply::Silence => Ok(()),
        Reply::Bytes(bytes) => connection.write_all(&bytes),
        Reply::Answer(status, headers, body) => {
            let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n", body.len());
            connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body.as_bytes()))
        }
        Reply::Endless => {
            let begin = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[";
            let mut written = connection.write_all(begin);
            while written.is_ok() {
                written = connection.write_all(&[b'1'; 4096]);
            }
            written
        }
        Reply::Stalled => {
            let begun = connection
                .write_all(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{");
            begun.and_then(|()| connection.read(&mut [0]).map(drop))
        }
    };
}
