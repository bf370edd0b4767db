//! The window's composition root: where actions get their connection and their clipboard, and intents their actions.

#[cfg(all(
    feature = "desktop",
    any(target_os = "linux", target_os = "freebsd", target_os = "openbsd")
))]
mod display;
mod fresh;
mod guard;
#[cfg(feature = "desktop")]
mod inspector;
#[cfg(feature = "desktop")]
mod own_window;
#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
mod page_end;
#[cfg(feature = "desktop")]
mod second_start;
#[cfg(feature = "desktop")]
mod signals;
#[cfg(not(feature = "desktop"))]
mod web_clipboard;
#[cfg(feature = "desktop")]
mod window_place;

use std::rc::Rc;
#[cfg(feature = "desktop")]
use std::sync::Arc;

use dioxus::prelude::*;
#[cfg(feature = "desktop")]
use tokio::sync::mpsc::UnboundedReceiver;

use crate::actions::{Actions, Clipboard, Newest};
#[cfg(feature = "desktop")]
use crate::clipboard;
#[cfg(feature = "desktop")]
use crate::connect::PlaceMemory;
use crate::connect::{Machine, Remembered, Target};
#[cfg(feature = "desktop")]
use crate::failure::Failure;
use crate::state::AppState;
use crate::ui::{self, Send, views};
use model::GivenLimits;
use protocol::ProjectId;

/// The window's title.
#[cfg(feature = "desktop")]
const TITLE: &str = "Deploy Tokens";

/// Its picture.
#[cfg(feature = "desktop")]
const ICON: &[u8] = include_bytes!("../assets/icon-128.png");

/// What the window was started with.
#[derive(Clone)]
struct Wanted {
    target: Target,
    project: Option<ProjectId>,
    remembered: Option<Remembered>,
}

impl Wanted {
    fn new(target: Target, project: Option<ProjectId>) -> Self {
        Self {
            remembered: target.remembered(),
            target,
            project,
        }
    }
}

/// What became of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launched {
    /// The window was opened, and is closed now.
    Closed,
    /// The window of an earlier start was shown instead.
    ShownElsewhere,
}

/// Opens the window on a target, at a project if one was asked for, and returns when it is closed; or shows the window
/// that is open on that target already.
///
/// # Errors
/// When there is no display to open it on.
#[cfg(feature = "desktop")]
pub fn launch(target: Target, project: Option<ProjectId>, given: GivenLimits) -> Result<Launched, Failure> {
    use dioxus_desktop::tao::event::Event;
    use dioxus_desktop::tao::event_loop::EventLoopBuilder;

    use second_start::Meeting;

    #[cfg(any(target_os = "linux", target_os = "freebsd", target_os = "openbsd"))]
    display::prepare()?;
    let (ask_for, asked_for) = tokio::sync::mpsc::unbounded_channel();
    match second_start::meet(&target, project.clone()) {
        Meeting::Shown => return Ok(Launched::ShownElsewhere),
        Meeting::First(door) => door.open(ask_for),
        Meeting::Alone => {}
    }
    let clipboard = clipboard::System::default();
    let ending = signals::watch(clipboard.clone());
    let at_the_end = clipboard.clone();
    let memory = PlaceMemory::of(&target);
    let event_loop = EventLoopBuilder::with_user_event().build();
    let window = window_place::placed(window(), memory.as_ref(), &event_loop);
    let mut place = window_place::Keeper::start(memory);
    let wanted = Wanted::new(target, project);
    let remembered = wanted.remembered.clone();
    let config = page()
        .with_window(window)
        .with_event_loop(event_loop)
        .with_custom_event_handler(move |event, target| {
            place.heed(event, target);
            if matches!(event, Event::LoopDestroyed) {
                at_the_end.clear_now();
                remembered.iter().for_each(Remembered::write_noted);
            }
        });
    on_a_desktop()
        .with_cfg(config)
        .with_context(wanted)
        .with_context(AskedFor(Arc::new(tokio::sync::Mutex::new(asked_for))))
        .with_context(given)
        .with_context(clipboard)
        .with_context(ending)
        .with_context(Newest::default())
        .launch(App);
    Ok(Launched::Closed)
}

/// Opens another window in place of one whose page has ended, with what the program was started with.
#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
fn reopen(ended: &dioxus_desktop::DesktopContext, with: &Shared) {
    let dom = VirtualDom::new(App)
        .with_root_context(with.wanted.clone())
        .with_root_context(with.asked_for.clone())
        .with_root_context(with.given)
        .with_root_context(with.clipboard.clone())
        .with_root_context(with.ending.clone())
        .with_root_context(with.newest.clone());
    let window = window().with_inner_size(ended.inner_size());
    drop(ended.new_window(dom, page().with_window(window)));
    ended.close();
}

/// What all windows of the program have in common.
#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
struct Shared {
    wanted: Wanted,
    asked_for: AskedFor,
    given: GivenLimits,
    clipboard: clipboard::System,
    ending: signals::Ending,
    newest: Newest,
}

#[cfg(all(feature = "desktop", unix, not(target_os = "macos")))]
impl Shared {
    fn of_this_window() -> Self {
        Self {
            wanted: consume_context(),
            asked_for: consume_context(),
            given: consume_context(),
            clipboard: consume_context(),
            ending: consume_context(),
            newest: consume_context(),
        }
    }
}

/// The projects that later starts ask for: one window at a time takes them.
#[cfg(feature = "desktop")]
#[derive(Clone)]
struct AskedFor(Arc<tokio::sync::Mutex<UnboundedReceiver<ProjectId>>>);

/// The launcher of the window.
#[cfg(feature = "desktop")]
pub fn on_a_desktop() -> LaunchBuilder {
    LaunchBuilder::custom(|root, contexts, configs| dioxus_desktop::launch::launch(root, contexts, configs))
}

/// The window, as it is at the first start.
#[cfg(feature = "desktop")]
fn window() -> dioxus_desktop::WindowBuilder {
    use dioxus_desktop::tao::dpi::LogicalSize;

    dioxus_desktop::WindowBuilder::new()
        .with_title(TITLE)
        // Without one the renderer's own would stand in task bars.
        .with_window_icon(dioxus_desktop::icon_from_memory(ICON).ok())
        .with_inner_size(window_place::FIRST)
        .with_min_inner_size(LogicalSize::new(340.0, 360.0))
        // The page of a window that begins invisible does not wait for the screen's next frame when something changes. One
        // that is minimised gets no frames, and would wait until somebody looks.
        .with_visible(false)
        .with_always_on_top(false)
}

/// The window and its one page: our own head, no navigation, no menus, nothing from elsewhere.
#[cfg(feature = "desktop")]
pub fn page() -> dioxus_desktop::Config {
    dioxus_desktop::Config::new()
        .with_window(window())
        .with_on_window(|window, _| {
            own_window::note(&window);
            window.set_visible(true);
        })
        .with_menu(None)
        // With it go the developer tools; the rest of them is `inspector`'s.
        .with_disable_context_menu(true)
        // It would choose X11 always: `display` chooses, and cares for the drivers that this is named after.
        .with_disable_dma_buf_on_wayland(false)
        .with_navigation_handler(is_own_page)
        .with_custom_head(ui::head())
}

/// Opens the companion on a phone.
#[cfg(all(feature = "mobile", not(feature = "desktop")))]
pub fn launch(target: Target) {
    // The page reaches below notch and home indicator; the style sheet keeps what is pressed away from them.
    const WHOLE_SCREEN: &str =
        r#"<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">"#;
    let config = dioxus::mobile::Config::new().with_custom_head(format!("{}{WHOLE_SCREEN}", ui::head()));
    LaunchBuilder::mobile()
        .with_cfg(config)
        .with_context(Wanted::new(target, None))
        .with_context(GivenLimits::default())
        .with_context(Newest::default())
        .launch(App);
}

/// The web view shows the app's own page and nothing else.
#[cfg(feature = "desktop")]
fn is_own_page(address: &str) -> bool {
    ["dioxus://", "http://dioxus.", "https://dioxus."]
        .iter()
        .any(|own| address.starts_with(own))
}

#[cfg(feature = "desktop")]
fn clipboard() -> Rc<dyn Clipboard> {
    Rc::new(consume_context::<clipboard::System>())
}

#[cfg(not(feature = "desktop"))]
fn clipboard() -> Rc<dyn Clipboard> {
    Rc::new(web_clipboard::WebClipboard::default())
}

#[component]
fn App() -> Element {
    let state = use_context_provider(AppState::make);
    let actions = use_hook(|| {
        let Wanted {
            target,
            project,
            remembered,
        } = consume_context::<Wanted>();
        let given = consume_context::<GivenLimits>();
        let machine = Rc::new(Machine::new(target, project, remembered));
        Actions::make(state, machine, clipboard(), given, consume_context())
    });
    let send = use_callback({
        let actions = actions.clone();
        move |intent| actions.carry_out(intent)
    });
    use_context_provider(|| Send(send));
    #[cfg(feature = "desktop")]
    use_hook(prepare_window);
    guard::use_guard(state.sheet, state.settings);
    fresh::use_freshness(actions.clone());
    #[cfg(feature = "desktop")]
    use_asked_for(actions.clone());
    use_hook(|| {
        actions.open();
    });
    rsx! {
        views::Window {}
    }
}

/// What the window itself is told once it has a page.
#[cfg(feature = "desktop")]
fn prepare_window() {
    let window = dioxus_desktop::window();
    inspector::shut(&window.webview);
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        let shared = Shared::of_this_window();
        page_end::watch(&window, move |ended| reopen(ended, &shared));
    }
    // Elsewhere the renderer hides a window that began invisible once more, after its first page.
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    spawn(async move { window.set_visible(true) });
}

/// Opens what later starts ask for.
#[cfg(feature = "desktop")]
fn use_asked_for(actions: Actions) {
    #[cfg(not(all(unix, not(target_os = "macos"))))]
    second_start::use_event_loop();
    let AskedFor(asked_for) = use_hook(consume_context::<AskedFor>);
    use_future(move || {
        let (asked_for, actions) = (Arc::clone(&asked_for), actions.clone());
        async move {
            // One that took the place of a window whose page has ended waits until that is gone.
            let mut asked_for = asked_for.lock().await;
            while let Some(project) = asked_for.recv().await {
                actions.asked_for(&project);
            }
        }
    });
}
