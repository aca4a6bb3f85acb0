//! The catalogue of services.

use patvault::ops::{self, Ground};
use patvault::tui::message::Reply;
use snapbox::{assert_data_eq, file};

use crate::stage::Stage;

/// A few services, one of them the person's own. They are enough to look at, and new ones change nothing then.
pub fn few() -> Reply {
    let root = tempfile::tempdir().unwrap();
    let ground = Ground::apart(root.path());
    let own = ground.paths.services();
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join("acme.toml"), ACME).unwrap();
    let mut services = ops::services(&ground).unwrap();
    for service in &mut services {
        service.own = service.own.as_ref().map(|_| "/home/ada/.config/patvault/services/acme.toml".into());
    }
    services.retain(|service| ["acme", "github", "gitlab", "slack"].contains(&service.id.as_str()));
    Reply::Services(std::sync::Arc::new(services))
}

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::furnished(columns, rows);
    stage.effects();
    assert_eq!(stage.keys("5").effects(), "Ask(Services)\n");
    stage.reply(few());
    stage
}

const ACME: &str = "language = 1
name = 'Acme'
[[site]]
at = 'https://acme.example'
[send.bearer]
headers = { Authorization = 'Bearer {token}' }
[call.me]
url = '{at}/me'
answers = [{ status = [200], means = 'alive' }]
[[kind]]
id = 'key'
name = 'API key'
send = 'bearer'
verify = ['me']
[kind.page.new]
url = '{at}/new'
";

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(stage(200, 50).screen(), file!["screens/services-200x50.txt"].raw());
    assert_data_eq!(stage(120, 40).screen(), file!["screens/services-120x40.txt"].raw());
    assert_data_eq!(stage(80, 24).screen(), file!["screens/services-80x24.txt"].raw());
    assert_data_eq!(stage(40, 12).screen(), file!["screens/services-40x12.txt"].raw());
    assert_data_eq!(stage(40, 12).keys("<enter>").screen(), file!["screens/services-details.txt"].raw());
    // The foot says what Enter does, and a click on it does that.
    let mut opened = stage(80, 24);
    assert!(opened.keys("<enter>").click_on("copy address").effects().contains("Ask(CopyAddress("));
}

#[test]
fn services_are_searched_while_one_types() {
    let mut stage = stage(120, 40);
    assert!(stage.keys("/lab").screen().contains("Services 1 of 4"));
    assert!(stage.keys("<enter>").screen().contains("scopes"));
    assert!(stage.keys("/own").screen().contains("Services 0 of 4") || stage.screen().contains("Acme"));
    assert!(stage.keys("<esc>").screen().contains("Services 4 "));
    assert!(stage.keys("/<ctrl-u>own<enter>").screen().contains("asks      https://acme.example"));
}

#[test]
fn the_address_of_a_page_is_copied_or_opened() {
    let mut stage = stage(120, 40);
    assert_eq!(stage.keys("y").effects(), "Ask(CopyAddress(\"https://acme.example/new\"))\n");
    assert_eq!(stage.keys("o").effects(), "Ask(Browse(\"https://acme.example/new\"))\n");
    stage.click_on("https://acme.example/new").click_on("https://acme.example/new");
    assert!(stage.effects().contains("Ask(CopyAddress(\"https://acme.example/new\"))"));
    stage.keys("<esc><end>");
    assert!(stage.keys("<enter><end><enter>").effects().contains("https://"));
}

#[test]
fn what_is_known_of_one_is_closed_by_mouse() {
    let mut stage = stage(80, 24);
    let title = stage.screen().lines().nth(2).unwrap().to_owned();
    stage.keys("<enter>");
    assert_ne!(stage.screen().lines().nth(2).unwrap(), title);
    stage.click_on("[×]");
    assert_eq!(stage.screen().lines().nth(2).unwrap(), title);
}
