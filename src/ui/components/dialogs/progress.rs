//! How far an operation is, and why it failed.

use dioxus::prelude::*;

use crate::state::Operation;
use crate::ui::components::MessageText;
use crate::ui::elements::{Notice, StepState, Steps, Tone};
use model::Step;

/// The step's place in the order in which steps run.
fn rank(step: Step) -> usize {
    match step {
        Step::Check => 0,
        Step::Mint => 1,
        Step::Register => 2,
        Step::ReadBack => 3,
        Step::Revoke => 4,
        Step::Open => 5,
        Step::Seal { .. } => 6,
        Step::Publish => 7,
        Step::Upload { .. } => 8,
        Step::Prove => 9,
        Step::Done => 10,
    }
}

/// What a step that has not come yet, or is over, is called: the numbers are known only while it runs.
fn word(step: Step) -> String {
    match step {
        Step::Seal { .. } => "Sealing the environment key".to_owned(),
        Step::Upload { .. } => "Uploading the variables under the new key".to_owned(),
        other => other.label(),
    }
}

/// The planned steps, with check marks up to the one that runs. A step that was not planned takes its place among them.
fn line_up(plan: &[Step], current: Step) -> Vec<(String, StepState)> {
    let at = rank(current);
    let mut steps: Vec<Step> = plan.to_vec();
    if current != Step::Done && !steps.iter().any(|step| rank(*step) == at) {
        steps.push(current);
        steps.sort_by_key(|step| rank(*step));
    }
    let line = |step: Step| match rank(step).cmp(&at) {
        std::cmp::Ordering::Less => (word(step), StepState::Passed),
        std::cmp::Ordering::Equal => (current.label(), StepState::Current),
        std::cmp::Ordering::Greater => (word(step), StepState::Later),
    };
    steps.into_iter().map(line).collect()
}

/// What sharing a key goes through.
const SHARING: [Step; 3] = [Step::Check, Step::Seal { recipients: 0 }, Step::Publish];

/// How far the sharing of a key is, or why it failed; and what else there is to know while it does not run.
#[component]
pub(super) fn Sharing(
    operation: Operation,
    #[props(default = SHARING.to_vec())] plan: Vec<Step>,
    children: Element,
) -> Element {
    if let Operation::Running(step) = operation {
        return rsx! {
            Progress { label: "Progress", plan, step }
        };
    }
    rsx! {
        Failure { operation }
        {children}
    }
}

/// The steps of a running operation.
#[component]
pub(super) fn Progress(label: String, plan: Vec<Step>, step: Step) -> Element {
    rsx! {
        Steps { label, steps: line_up(&plan, step) }
    }
}

/// Why the last try failed, if it did.
#[component]
pub(super) fn Failure(operation: Operation) -> Element {
    match operation {
        Operation::Failed(message) => rsx! {
            Notice { tone: Tone::Danger, assertive: true,
                MessageText { message: text::explain(&message) }
            }
        },
        _ => rsx! {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_pass_in_order_and_an_unplanned_one_finds_its_place() {
        let plan = SHARING;
        let states = |current| -> Vec<_> { line_up(&plan, current).into_iter().map(|(_, it)| it).collect() };
        use StepState::{Current, Later, Passed};
        assert_eq!(states(Step::Check), [Current, Later, Later]);
        assert_eq!(states(Step::Seal { recipients: 9 }), [Passed, Current, Later]);
        assert_eq!(states(Step::Revoke), [Passed, Current, Later, Later]);
        assert_eq!(states(Step::Done), [Passed, Passed, Passed]);
        assert_eq!(
            line_up(&plan, Step::Seal { recipients: 9 })[1].0,
            "Sealing for 9 recipients"
        );
    }
}
