//! How large the window is and how far it is scrolled: what the virtual list needs to know.

use dioxus::prelude::*;

/// Below this width the list is of cards (the style sheet has the same number).
pub const CARDS_BELOW: f64 = 640.0;

/// Size and scroll position in CSS pixels.
#[derive(Clone, Copy, PartialEq)]
pub struct Viewport {
    /// The window is narrow: cards rather than a table.
    pub cards: Signal<bool>,
    /// Height of the window.
    pub height: Signal<f64>,
    /// How far the page is scrolled.
    pub top: Signal<f64>,
}

impl Viewport {
    /// A desktop window that is not scrolled; call inside a component.
    pub fn make() -> Self {
        Self {
            cards: Signal::new(false),
            height: Signal::new(900.0),
            top: Signal::new(0.0),
        }
    }

    /// Takes over the size of the window.
    pub fn resized(mut self, event: &ResizeEvent) {
        let Ok(size) = event.get_border_box_size() else {
            return;
        };
        let cards = size.width < CARDS_BELOW;
        if *self.cards.peek() != cards {
            self.cards.set(cards);
        }
        if (*self.height.peek() - size.height).abs() > 0.5 {
            self.height.set(size.height);
        }
    }
}

/// Size and scroll position.
pub fn use_viewport() -> Viewport {
    use_context::<Viewport>()
}
