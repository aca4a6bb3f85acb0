//! What can be done with a key, and everything that is said of it. One line here makes the default keys, the foot, the help,
//! the palette, the menus and the key file.

/// What a key, a menu or the palette does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each has its line in ENTRIES, which says what it does")]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    NextPane,
    PreviousPane,
    Copy,
    Reveal,
    Add,
    Edit,
    EditFacts,
    Open,
    Rotate,
    Revoke,
    Close,
    Mark,
    MarkAll,
    Tag,
    Verify,
    Stop,
    Remove,
    Restore,
    Undo,
    ContextMenu,
    Filter,
    ClearFilter,
    SaveGroup,
    RenameGroup,
    RemoveGroup,
    Sort,
    SortBack,
    Details,
    Groups,
    Accept,
    Cancel,
    Save,
    VerifyNow,
    Complete,
    Yes,
    No,
    Throw,
    Tokens,
    Timeline,
    Reminders,
    Activity,
    Services,
    Act,
    Snooze,
    Done,
    Only,
    Nearer,
    Wider,
    Today,
    NextEnd,
    PreviousEnd,
    Address,
    Browse,
    CopyCommand,
    NextTab,
    PreviousTab,
    Menu,
    Import,
    Vaults,
    Settings,
    Themes,
    Palette,
    Help,
    Lock,
    Suspend,
    Redraw,
    Quit,
}

/// Where keys mean something. A screen names its own, most particular first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere but in front of a dialog.
    Window,
    /// Something that is longer than what is shown of it.
    Move,
    /// A token that is selected, wherever that is.
    Token,
    /// A list of tokens.
    Tokens,
    /// What the tokens are narrowed down to.
    Groups,
    /// Their lives, as bars.
    Timeline,
    /// What is owed.
    Reminders,
    /// What happened.
    Activity,
    /// The catalogue of services.
    Services,
    /// Where something is typed.
    Field,
    /// Everything about one token.
    Detail,
    /// A form.
    Form,
    /// A place where a token is installed, among the fields of a form.
    Place,
    /// The form about a token.
    Entry,
    /// That for a new one.
    NewToken,
    /// A question.
    Dialog,
    /// A question of yes and no, before a vault opens.
    Word,
}

impl Context {
    /// Whether an action means something there.
    pub fn has(self, action: Action) -> bool {
        ENTRIES.iter().any(|entry| entry.context == self && entry.action == action)
    }
}

/// The menus of the bar, from the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Menu {
    /// The vault and the program.
    File,
    /// What is done with the token that is selected.
    Token,
    /// What is shown.
    View,
    /// Who issues tokens.
    Services,
    /// Explanations.
    Help,
}

impl Menu {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::File, Self::Token, Self::View, Self::Services, Self::Help];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Token => "Token",
            Self::View => "View",
            Self::Services => "Services",
            Self::Help => "Help",
        }
    }
}

/// An action with everything that is said of it.
#[derive(Debug)]
pub struct Entry {
    /// What it is.
    pub action: Action,
    /// Its name in the key file.
    pub name: &'static str,
    /// A word or two for the foot. Empty for what everybody knows.
    pub short: &'static str,
    /// What it does, in the words of the help and the palette.
    pub what: &'static str,
    /// Its keys unless the key file says otherwise.
    pub keys: &'static [&'static str],
    /// Where it means something.
    pub context: Context,
    /// The menu that it stands in.
    pub menu: Option<Menu>,
}

impl Entry {
    /// Whether it is done with a token, so that without one there is nothing to do.
    pub fn wants_token(&self) -> bool {
        self.action == Action::Mark || self.context == Context::Token && self.action != Action::Add
    }
}

const fn entry(
    action: Action,
    context: Context,
    menu: Option<Menu>,
    name: &'static str,
    short: &'static str,
    what: &'static str,
    keys: &'static [&'static str],
) -> Entry {
    Entry { action, name, short, what, keys, context, menu }
}

const FILE: Option<Menu> = Some(Menu::File);
const TOKEN: Option<Menu> = Some(Menu::Token);
const VIEW: Option<Menu> = Some(Menu::View);
const SERVICES: Option<Menu> = Some(Menu::Services);
const HELP: Option<Menu> = Some(Menu::Help);

use Action as A;
use Context as C;

/// Every action, in the order in which the foot and the menus show them.
pub const ENTRIES: &[Entry] = &[
    entry(A::Copy, C::Token, TOKEN, "copy", "copy", "Copy the secret", &["enter", "y"]),
    entry(A::Reveal, C::Token, TOKEN, "reveal", "reveal", "Show the secret for a moment", &["r"]),
    entry(A::Add, C::Token, TOKEN, "add", "add", "Add a token", &["n"]),
    entry(A::Open, C::Token, TOKEN, "open", "open", "Everything about the token", &["o"]),
    entry(A::Edit, C::Token, TOKEN, "edit", "edit", "Change what is known of the token", &["e"]),
    entry(A::EditFacts, C::Token, TOKEN, "edit-facts", "", "Change it in your editor", &["E"]),
    entry(A::Rotate, C::Token, TOKEN, "rotate", "rotate", "Put a new secret in the token's place", &["R"]),
    entry(A::Revoke, C::Token, TOKEN, "revoke", "revoke", "Have an old version revoked, or the one in use", &["x"]),
    entry(A::Verify, C::Token, TOKEN, "verify", "verify", "Ask the service about it", &["v"]),
    entry(A::Tag, C::Token, TOKEN, "tag", "", "Change its tags", &["t"]),
    entry(A::Remove, C::Token, TOKEN, "remove", "", "Move it to the trash", &["delete", "D"]),
    entry(A::Restore, C::Token, TOKEN, "restore", "", "Bring it back from the trash", &["B"]),
    entry(A::ContextMenu, C::Token, None, "token-menu", "", "All that can be done with the token", &["m"]),
    entry(A::Mark, C::Tokens, TOKEN, "mark", "mark", "Mark the token, or take its mark away", &["space"]),
    entry(A::MarkAll, C::Tokens, TOKEN, "mark-all", "", "Mark all tokens that are shown, or none", &["*"]),
    entry(A::Filter, C::Tokens, VIEW, "filter", "filter", "Filter by words as you type", &["/"]),
    entry(A::ClearFilter, C::Tokens, VIEW, "clear-filter", "", "Take filter, reveal and marks away", &["esc"]),
    entry(A::SaveGroup, C::Tokens, VIEW, "save-group", "", "Save this filter as a group", &["F"]),
    entry(A::RenameGroup, C::Groups, VIEW, "rename-group", "rename", "Give the saved group another name", &["e"]),
    entry(A::RemoveGroup, C::Groups, VIEW, "remove-group", "remove", "Remove the saved group", &["delete", "D"]),
    entry(A::Sort, C::Tokens, VIEW, "sort", "", "Sort by the next column", &["s"]),
    entry(A::SortBack, C::Tokens, VIEW, "sort-back", "", "Sort the other way round", &["S"]),
    entry(A::Details, C::Tokens, VIEW, "details", "", "Show or hide the details", &["d"]),
    entry(A::Groups, C::Tokens, VIEW, "groups", "", "Show or hide the groups", &["g"]),
    entry(A::Act, C::Timeline, None, "timeline-show", "show", "Show the token", &["enter"]),
    entry(A::Nearer, C::Timeline, None, "nearer", "nearer", "Less time, more of it", &["+", "="]),
    entry(A::Wider, C::Timeline, None, "wider", "wider", "More time", &["-"]),
    entry(A::Today, C::Timeline, None, "today", "today", "Back to today", &["t"]),
    entry(A::NextEnd, C::Timeline, None, "next-end", "next end", "To the next day on which something ends", &["n"]),
    entry(A::PreviousEnd, C::Timeline, None, "previous-end", "", "To the day before on which something ends", &["N"]),
    entry(A::Filter, C::Timeline, VIEW, "timeline-filter", "filter", "Filter by words as you type", &["/"]),
    entry(A::ClearFilter, C::Timeline, VIEW, "timeline-clear", "", "Take the filter away", &["esc"]),
    entry(A::Sort, C::Timeline, VIEW, "timeline-sort", "", "Sort by the next column", &["s"]),
    entry(A::SortBack, C::Timeline, VIEW, "timeline-sort-back", "", "Sort the other way round", &["S"]),
    entry(A::Act, C::Reminders, None, "act", "act on it", "Do what is owed", &["enter"]),
    entry(A::Snooze, C::Reminders, None, "snooze", "put off", "Put the reminder off", &["z"]),
    entry(A::Done, C::Reminders, None, "done-with", "done", "Say that it is done", &["d"]),
    entry(A::Act, C::Activity, None, "activity-show", "show", "Show the token", &["enter"]),
    entry(A::Undo, C::Activity, None, "take-back", "take back", "Take the change back", &["u"]),
    entry(A::Only, C::Activity, None, "only", "only this", "Only what happened to this token, or everything", &["t"]),
    entry(A::Details, C::Activity, None, "activity-details", "details", "Show or hide the details", &["d"]),
    entry(A::Act, C::Services, SERVICES, "service-details", "details", "Everything about the service", &["enter"]),
    entry(A::Address, C::Services, SERVICES, "address", "copy address", "Copy the address of the page", &["y"]),
    entry(A::Browse, C::Services, SERVICES, "browse", "open", "Open the page with the browser", &["o"]),
    entry(A::Filter, C::Services, SERVICES, "search", "search", "Search the services", &["/"]),
    entry(A::ClearFilter, C::Services, SERVICES, "search-clear", "", "Take the search away", &["esc"]),
    entry(A::Up, C::Move, None, "up", "", "Up", &["up", "k"]),
    entry(A::Down, C::Move, None, "down", "", "Down", &["down", "j"]),
    entry(A::PageUp, C::Move, None, "page-up", "", "A page up", &["pageup", "ctrl-b"]),
    entry(A::PageDown, C::Move, None, "page-down", "", "A page down", &["pagedown", "ctrl-f"]),
    entry(A::First, C::Move, None, "first", "", "To the first", &["home"]),
    entry(A::Last, C::Move, None, "last", "", "To the last", &["end", "G"]),
    entry(A::Left, C::Move, None, "left", "", "To the pane on the left", &["left", "h"]),
    entry(A::Right, C::Move, None, "right", "", "To the pane on the right", &["right", "l"]),
    entry(A::NextPane, C::Move, None, "next-pane", "", "To the next pane or field", &["tab"]),
    entry(A::PreviousPane, C::Move, None, "previous-pane", "", "To the pane or field before", &["shift-tab"]),
    entry(A::Accept, C::Field, None, "accept", "done", "Take what was typed", &["enter"]),
    entry(A::Complete, C::Field, None, "complete", "complete", "Complete the word, or go to the next field", &["tab"]),
    entry(A::Cancel, C::Field, None, "cancel", "back", "Leave it", &["esc"]),
    entry(A::Up, C::Field, None, "field-up", "", "To the line above", &["up"]),
    entry(A::Down, C::Field, None, "field-down", "", "To the line below", &["down"]),
    entry(A::PreviousPane, C::Field, None, "previous-field", "", "To the field before", &["shift-tab"]),
    entry(A::NextPane, C::Detail, None, "next-page", "page", "To the next page of its service", &["tab"]),
    entry(A::Browse, C::Detail, None, "open-page", "open page", "Open the page in the browser", &["enter"]),
    entry(A::Address, C::Detail, None, "copy-page", "copy address", "Copy the address of the page", &["c"]),
    entry(A::Close, C::Detail, None, "close", "back", "Back to where you were", &["esc", "backspace"]),
    entry(A::Save, C::Entry, None, "save", "save", "Keep what the form says", &["ctrl-s"]),
    entry(A::VerifyNow, C::NewToken, None, "verify-now", "verify now", "Ask the service before it is kept", &["f5"]),
    entry(A::CopyCommand, C::Place, None, "copy-command", "copy command", "Copy the command of the place", &["y"]),
    entry(A::NextPane, C::Form, None, "form-next", "next", "To the next field", &["tab"]),
    entry(A::PreviousPane, C::Form, None, "form-previous", "", "To the field before", &["shift-tab"]),
    entry(A::Accept, C::Form, None, "form-choose", "choose", "Open a list, choose from it, press a button", &["enter"]),
    entry(A::Up, C::Form, None, "form-up", "", "Up in a list, or to the field before", &["up"]),
    entry(A::Down, C::Form, None, "form-down", "", "Down in a list, or to the next field", &["down"]),
    entry(A::PageUp, C::Form, None, "form-page-up", "", "A page up in a list", &["pageup"]),
    entry(A::PageDown, C::Form, None, "form-page-down", "list", "Open a list; a page down in it", &["pagedown"]),
    entry(A::Cancel, C::Form, None, "form-leave", "leave", "Close a list; leave the form", &["esc"]),
    entry(A::Yes, C::Word, None, "answer-yes", "yes", "Answer yes", &["y"]),
    entry(A::No, C::Word, None, "answer-no", "no", "Answer no", &["n"]),
    entry(A::Yes, C::Dialog, None, "yes", "yes", "Do it", &["y", "enter"]),
    entry(A::Throw, C::Dialog, None, "throw-away", "throw away", "Throw away what was written", &["delete", "D"]),
    entry(A::Cancel, C::Dialog, None, "no", "no", "Leave it", &["n", "esc", "q"]),
    entry(A::Tokens, C::Window, VIEW, "tokens", "", "To the tokens", &["1"]),
    entry(A::Timeline, C::Window, VIEW, "timeline", "", "To the timeline", &["2"]),
    entry(A::Reminders, C::Window, VIEW, "reminders", "", "To the reminders", &["3"]),
    entry(A::Activity, C::Window, VIEW, "activity", "", "To what happened", &["4"]),
    entry(A::Services, C::Window, SERVICES, "services", "", "To the services", &["5"]),
    entry(A::NextTab, C::Window, VIEW, "next-tab", "", "To the next tab", &["ctrl-right", "]"]),
    entry(A::PreviousTab, C::Window, VIEW, "previous-tab", "", "To the tab before", &["ctrl-left", "["]),
    entry(A::Themes, C::Window, VIEW, "themes", "", "Choose the colours", &["T"]),
    entry(A::Redraw, C::Window, VIEW, "redraw", "", "Draw everything anew", &["ctrl-r"]),
    entry(A::Palette, C::Window, HELP, "palette", "commands", "Find everything that can be done", &[":", "ctrl-p"]),
    entry(A::Help, C::Window, HELP, "help", "help", "Keys, words of a filter, what the signs mean", &["?", "f1"]),
    entry(A::Menu, C::Window, None, "menu", "", "To the menus", &["f10"]),
    entry(A::Import, C::Window, FILE, "import", "", "Bring in a list of tokens from a file", &["I"]),
    entry(A::Vaults, C::Window, FILE, "vaults", "", "Open another vault", &["V"]),
    entry(A::Settings, C::Window, FILE, "settings", "", "Settings: colours, times, columns", &[","]),
    entry(A::Undo, C::Window, FILE, "undo", "", "Take the latest change back", &["u"]),
    entry(A::Stop, C::Window, FILE, "stop", "", "Stop asking services", &["ctrl-x"]),
    entry(A::Lock, C::Window, FILE, "lock", "", "Lock the vault", &["ctrl-l"]),
    entry(A::Suspend, C::Window, FILE, "suspend", "", "To the shell; 'fg' comes back", &["ctrl-z"]),
    entry(A::Quit, C::Window, FILE, "quit", "quit", "Leave", &["q", "ctrl-c"]),
];
