//! The settings in the window: seen, changed with effect at once, and filters kept as groups.

use std::path::Path;

use patvault::config::{Config, values, with};
use patvault::fault::Kind;
use patvault::tui::message::{Effect, Fault, Reply, Request};
use patvault::tui::theme::Theme;
use snapbox::{assert_data_eq, file};

use crate::stage::Stage;

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::furnished(columns, rows);
    let themes = Theme::names(Path::new("/nowhere"));
    stage.model.shared.themes = themes.iter().map(|name| Theme::load(name, Path::new("/nowhere")).unwrap()).collect();
    stage.effects();
    stage
}

/// Does with the settings what is asked for, as the vault's thread does. What was asked, a line each.
fn serve(stage: &mut Stage) -> Vec<String> {
    let mut asked = vec![];
    for effect in stage.take() {
        let Effect::Ask(Request::Set(changes)) = effect else { continue };
        asked.extend(changes.iter().map(|(name, to)| format!("{name} {}", to.as_deref().unwrap_or("-"))));
        let name = changes[0].0.clone();
        let mut changes = changes.iter();
        let text =
            changes.try_fold(stage.model.shared.config.to_toml(), |text, (name, to)| with(&text, name, to.as_deref()));
        let set = text.map(|text| Box::new(Config::parse(&text).unwrap()));
        let fault = |error: patvault::config::NotSet| Fault { text: error.to_string(), hint: None, kind: Kind::Usage };
        stage.reply(Reply::Set(name, set.map_err(fault)));
    }
    asked
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    for (columns, rows) in [(200, 50), (120, 40), (80, 24), (40, 12)] {
        let mut stage = stage(columns, rows);
        let screen = stage.keys(",").screen();
        match rows {
            50 => assert_data_eq!(screen, file!["screens/settings-200x50.txt"].raw()),
            40 => assert_data_eq!(screen, file!["screens/settings-120x40.txt"].raw()),
            24 => assert_data_eq!(screen, file!["screens/settings-80x24.txt"].raw()),
            _ => assert_data_eq!(screen, file!["screens/settings-40x12.txt"].raw()),
        }
        stage.keys("<esc>");
        assert!(stage.model.stack.is_empty());
    }
}

#[test]
fn what_is_changed_holds_at_once_and_where_it_comes_from_is_said() {
    let mut stage = stage(80, 24);
    stage.keys(",<ctrl-u>li<enter>");
    assert_eq!(serve(&mut stage), ["tui.theme light"]);
    assert_eq!(stage.model.shared.theme.name, "light");
    // The columns: one less, and one more that is looked for.
    stage.keys("<tab><backspace>");
    assert_eq!(serve(&mut stage), ["tui.columns sign,service,name,account,scopes,expires"]);
    stage.keys("tag<enter><esc>");
    assert_eq!(serve(&mut stage), ["tui.columns sign,service,name,account,scopes,expires,tags"]);
    stage.keys("<tab><ctrl-u>sunday<tab><ctrl-u>20<tab><ctrl-u>0");
    assert_eq!(serve(&mut stage), ["tui.week sunday", "tui.reveal 20"], "what is being typed is not taken yet");
    stage.keys("<tab><tab><ctrl-u>400<enter>");
    assert_eq!(serve(&mut stage), ["clipboard.for 0", "reminders.lead 400"]);
    assert!(stage.screen().contains("reminders.lead is '400' now"));
    assert_data_eq!(stage.screen(), file!["screens/settings-changed.txt"].raw());
    assert!(stage.model.shared.due.within(patvault::tui::due::Span::Owed).len() > 3, "reminders follow");
    stage.keys("<esc>");
    assert!(stage.screen().contains("#prod") && stage.screen().contains("Tags"), "columns follow");
}

#[test]
fn what_cannot_be_is_said_beside_it_and_nothing_changes() {
    let mut stage = stage(80, 24);
    stage.keys(",<ctrl-u>beige<tab>");
    assert_eq!(serve(&mut stage), [""; 0]);
    assert!(stage.screen().contains("there is no theme of that name"));
    stage.keys("<tab><tab><ctrl-u>soon<tab>");
    assert_eq!(serve(&mut stage), ["tui.reveal soon"]);
    assert!(stage.screen().contains("tui.reveal cannot be 'soon': it is a whole number"));
    assert_eq!(values(&stage.model.shared.config)["tui.reveal"], "10");
    let fault = Fault { text: "could not write config.toml: no room".into(), hint: None, kind: Kind::Failed };
    stage.keys("<ctrl-u>7<tab>").reply(Reply::Set("clipboard.for".into(), Err(fault)));
    assert!(stage.screen().matches("no room").count() > 0);
}

#[test]
fn the_mouse_opens_changes_and_closes_them() {
    let mut stage = stage(100, 30);
    stage.click_on("File").click_on("Settings: colours").click_on("auto ").click_on("high-contrast");
    assert_eq!(serve(&mut stage), ["tui.theme high-contrast"]);
    stage.click_on("[ Close ]");
    assert!(stage.model.stack.is_empty());
    // The same from the list of colours.
    stage.keys("T<home><enter>");
    assert_eq!(serve(&mut stage), ["tui.theme 16"]);
    assert_eq!(stage.model.shared.theme.name, "16");
}

#[test]
fn a_filter_is_kept_as_a_group() {
    let mut stage = stage(120, 30);
    stage.keys("F");
    assert!(stage.screen().contains("there is no filter to be saved"));
    stage.keys("/service:slack<enter>Fchat<enter>");
    assert_eq!(serve(&mut stage), ["groups.chat service:slack"]);
    assert_data_eq!(stage.screen(), file!["screens/groups-saved.txt"].raw());
    assert_eq!((stage.model.shared.list.filter(), stage.model.shared.list.len()), ("", 2));
    // From a group: its words and the filter's; a name that is taken is refused.
    stage.keys("/日本<enter>Fchat<enter>");
    assert!(stage.screen().contains("there is a group 'chat' already"));
    stage.keys(" 2<enter>");
    assert_eq!(serve(&mut stage), ["groups.chat 2 service:slack 日本"]);
    assert_eq!(stage.model.shared.list.len(), 1);
    stage.keys("<left>e<ctrl-u>wide<enter>");
    assert_eq!(serve(&mut stage), ["groups.wide service:slack 日本", "groups.chat 2 -"]);
    assert_eq!(stage.model.shared.list.groups()[stage.model.shared.list.group()].title, "wide");
    stage.keys("D");
    assert!(stage.screen().contains("Remove this group?"));
    stage.keys("y");
    assert_eq!(serve(&mut stage), ["groups.wide -"]);
    assert_eq!((stage.model.shared.list.group(), stage.model.shared.list.len()), (0, 5));
    stage.keys("D");
    assert!(stage.screen().contains("this group is always there") && stage.model.stack.is_empty());
    stage.click_on("chat ");
    assert_eq!(stage.model.shared.list.len(), 2);
    // The mouse alone renames and removes it: by a right click, and by the menu.
    stage.effects();
    stage.menu_on("chat  ").click_on("Give the saved group another name").keys("s").click_on("[ rename ]");
    assert_eq!(serve(&mut stage), ["groups.chats service:slack", "groups.chat -"]);
    stage.menu_on("slack       ");
    assert!(stage.model.stack.is_empty(), "a service is always there");
    stage.click_on("chats  ").click_on("View").click_on("Remove the saved group").click_on("[ yes ]");
    assert_eq!(serve(&mut stage), ["groups.chats -"]);
}

#[test]
fn a_column_that_there_is_not_is_not_taken() {
    let mut stage = stage(80, 24);
    stage.keys(",<tab>colour");
    assert!(stage.screen().contains("nothing here is called 'colour'"), "{}", stage.screen());
    stage.keys("<enter> <tab>");
    assert_eq!(serve(&mut stage), [""; 0]);
}
