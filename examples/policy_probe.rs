//! For tests: the program's own page with a component in it that tries to load things from an address.
//!
//! `policy_probe ADDRESS [without]` says of each kind whether it was `loaded` or `refused`; `without` leaves the policy
//! out, to show that the attempts would succeed.
#![allow(
    clippy::unwrap_used,
    reason = "a tool for tests: it stops where it is called wrongly"
)]

use dioxus::prelude::*;

const ATTEMPTS: &str = r#"
const address = await dioxus.recv();
const element = (tag, set) => new Promise((done, failed) => {
  const node = document.createElement(tag);
  node.onload = done;
  node.onerror = failed;
  set(node);
  document.head.append(node);
});
const attempts = {
  image: () => element("img", (node) => { node.src = `${address}/image.svg`; }),
  script: () => element("script", (node) => { node.src = `${address}/script.js`; }),
  style: () => element("link", (node) => { node.rel = "stylesheet"; node.href = `${address}/style.css`; }),
  fetch: () => fetch(`${address}/fetch`),
};
for (const [kind, attempt] of Object.entries(attempts)) {
  let end = "loaded";
  try { await attempt(); } catch { end = "refused"; }
  dioxus.send(`${kind} ${end}`);
}
dioxus.send("all tried");
"#;

#[derive(Clone)]
struct Address(String);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let address = Address(arguments.next().unwrap());
    let page = deploy_tokens::app::page();
    let page = match arguments.next() {
        Some(_) => page.with_custom_head(String::new()),
        None => page,
    };
    deploy_tokens::app::on_a_desktop()
        .with_cfg(page)
        .with_context(address)
        .launch(Probe);
}

#[component]
fn Probe() -> Element {
    let mut told = use_signal(Vec::<String>::new);
    use_future(move || async move {
        let mut page = document::eval(ATTEMPTS);
        page.send(consume_context::<Address>().0).unwrap();
        while let Ok(line) = page.recv::<String>().await {
            told.write().push(line);
        }
    });
    rsx! {
        h1 { "Probe" }
        for line in told.read().iter() {
            p { "{line}" }
        }
    }
}
