//! E-mail address and password, and a one-time code where the server wants one.

use dioxus::prelude::*;

use crate::state::{AppState, Typed, address_host};
use crate::ui::elements::{Button, ButtonKind, SecretField, TextField};
use crate::ui::intent::{SessionIntent, use_send};

#[component]
pub(super) fn PasswordForm(code: bool, busy: bool) -> Element {
    let session = use_context::<AppState>().session;
    let send = use_send();
    let (mut email, password, typed_code) = (session.email, session.password, session.code);
    let is_ready = move || match code {
        true => !typed_code.read().is_blank(),
        false => !email.read().trim().is_empty() && !password.read().is_blank(),
    };
    let ready = is_ready();
    let refusals = *session.refusals.read();
    let code_typed = use_callback(move |text: String| {
        let is_whole = is_whole_code(&text);
        session.typed(Typed::Code, text);
        if is_whole && !busy {
            send.call(SessionIntent::SendPassword.into());
        }
    });
    rsx! {
        form {
            class: "sign-in-form",
            onsubmit: move |event| {
                event.prevent_default();
                if is_ready() && !busy {
                    send.call(SessionIntent::SendPassword.into());
                }
            },
            h2 { "Sign in to {address_host(&session.address.read())}" }
            if code {
                p { "The server asks for a second factor: the code that your authenticator app shows now." }
                // Another field after a refusal: empty, and with the keyboard.
                for again in [refusals] {
                    SecretField {
                        key: "{again}",
                        id: "sign-in-code",
                        label: "One-time code",
                        autocomplete: "one-time-code",
                        autofocus: true,
                        oninput: code_typed,
                    }
                }
            } else {
                TextField {
                    id: "sign-in-email",
                    label: "E-mail address",
                    value: email,
                    autofocus: true,
                    oninput: move |text| email.set(text),
                }
                for again in [refusals] {
                    SecretField {
                        key: "{again}",
                        id: "sign-in-password",
                        label: "Password",
                        autocomplete: "current-password",
                        autofocus: again > 0,
                        oninput: move |text| session.typed(Typed::Password, text),
                    }
                }
            }
            div { class: "sign-in-buttons",
                Button {
                    label: "Cancel",
                    disabled: busy,
                    onclick: move |()| send.call(SessionIntent::CancelSignIn.into()),
                }
                if !code {
                    Button {
                        kind: ButtonKind::Link,
                        label: "Use the browser instead",
                        disabled: busy,
                        onclick: move |()| {
                            send.call(SessionIntent::CancelSignIn.into());
                            send.call(SessionIntent::SignIn.into());
                        },
                    }
                }
                Button {
                    kind: ButtonKind::Primary,
                    label: if busy { "Signing in" } else { "Sign in" },
                    submit: true,
                    busy,
                    disabled: !ready,
                }
            }
        }
    }
}

/// Whether nothing of a code is missing: what authenticator apps show has six digits.
fn is_whole_code(text: &str) -> bool {
    let digits = text.trim();
    digits.len() == 6 && digits.bytes().all(|it| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_whole_code;

    #[test]
    fn a_code_is_whole_at_its_sixth_digit() {
        assert!(is_whole_code("123456") && is_whole_code(" 123456\n"));
        for other in ["", "12345", "1234567", "12345a", "１２３４５６", "12 456"] {
            assert!(!is_whole_code(other), "{other}");
        }
    }
}
