//! The values that runners of leaked tokens may have read.

use std::sync::Arc;

use dioxus::prelude::*;
use jiff::tz::TimeZone;

use super::{Actions, Tell, beside, on_disk};
use crate::intent::ChecklistIntent;
use crate::state::{Dialog, Operation, Ticket, change};
use model::{Checklist, KeyToRenew, Problem, PublicText};
use protocol::EnvironmentId;
use service::{Context, Place, checklist};

impl Actions {
    pub(super) fn on_checklists(&self, intent: ChecklistIntent) {
        match intent {
            ChecklistIntent::BeginOfRun => self.begin_checklist_of_run(),
            ChecklistIntent::BeginHere => self.begin_checklist_here(),
            ChecklistIntent::Show(id) => self.show_checklist(id),
            ChecklistIntent::Settle {
                id,
                environment,
                name,
                settled,
            } => self.settle_value(id, environment, name, settled),
            ChecklistIntent::Copy(id) => {
                if let Some(found) = self.state.checklists.find(&id) {
                    let text = text::checklist::markdown(&found, &TimeZone::system());
                    self.copy_text(PublicText::Checklist, text);
                }
            }
            ChecklistIntent::Forget(id) => self.forget_checklist(id),
        }
    }

    /// Fetches those that are open from the disk.
    pub(super) async fn note_checklists(&self, context: &Arc<Context>) {
        let asked = Arc::clone(context);
        let found = on_disk(move || checklist::checklists(&asked)).await;
        if let (Ok(Ok(found)), true) = (found, self.is_session(context)) {
            change(self.state.checklists.all, found);
        }
    }

    fn begin_checklist_of_run(&self) {
        let (number, targets, begun) = match &*self.state.emergency.run.peek() {
            Some(run) if run.over => {
                let refused = run.lines.iter().filter(|(_, status)| status.is_refused());
                let targets: Vec<_> = refused.map(|(target, _)| target.clone()).collect();
                (run.number, targets, run.checklist.clone())
            }
            _ => return,
        };
        if let Some(id) = begun {
            return self.show_checklist(id);
        }
        let exposed = KeyToRenew::of(&targets).into_iter().map(|it| Place {
            project: it.project,
            environment: it.environment,
        });
        let because = targets.iter().map(|it| it.name.clone()).collect();
        self.begin_checklist(exposed.collect(), because, Some(number));
    }

    fn begin_checklist_here(&self) {
        if let Some((_, place)) = self.here() {
            self.begin_checklist(vec![place], Vec::new(), None);
        }
    }

    /// The dialog shows how far that is, and a failure.
    fn begin_checklist(&self, exposed: Vec<Place>, because: Vec<String>, run: Option<Ticket>) {
        let (actions, state) = (self.clone(), self.state);
        let Some(context) = self.context() else { return };
        if exposed.is_empty() || state.dialog.operation.peek().is_running() {
            return;
        }
        state.dialog.show(Dialog::Checklist(None));
        spawn(async move {
            let asked = Arc::clone(&context);
            let work = move |tell: Tell| async move {
                checklist::begin(&asked, &exposed, because, false, &tell).await
            };
            let begun = actions.operate(state.dialog.operation, work).await;
            let Some(begun) = begun.filter(|_| actions.is_session(&context)) else {
                return;
            };
            let id = begun.id.clone();
            state.checklists.put(begun);
            if let Some(run) = run {
                state
                    .emergency
                    .change(run, |run| run.checklist = Some(id.clone()));
            }
            if *state.dialog.open.peek() == Dialog::Checklist(None) {
                state.dialog.show(Dialog::Checklist(Some(id)));
            }
        });
    }

    /// Shows what is known, and asks the server how it stands now.
    fn show_checklist(&self, id: String) {
        let dialog = self.state.dialog;
        if !dialog.operation.peek().is_running() {
            dialog.show(Dialog::Checklist(Some(id.clone())));
            self.look_at_checklist(id);
        }
    }

    fn look_at_checklist(&self, id: String) {
        let (actions, state) = (self.clone(), self.state);
        let (mut looking, mut operation) = (state.checklists.looking, state.dialog.operation);
        let Some(context) = self.context().filter(|_| !*looking.peek()) else {
            return;
        };
        looking.set(true);
        spawn(async move {
            let (asked, of) = (Arc::clone(&context), id.clone());
            let looked = beside(async move { checklist::look(&asked, &of).await }).await;
            looking.set(false);
            if !actions.is_session(&context) {
                return;
            }
            match looked {
                Ok(Some(found)) => state.checklists.put(found),
                Ok(None) => actions.note_checklists(&context).await,
                Err(error) if actions.expired_by(&error, None) => {}
                Err(error) if *state.dialog.open.peek() == Dialog::Checklist(Some(id)) => {
                    operation.set(Operation::Failed(error));
                }
                Err(_) => {}
            }
        });
    }

    fn settle_value(&self, id: String, environment: EnvironmentId, name: String, settled: bool) {
        let of = id.clone();
        self.on_checklist_file(move |context| checklist::settle(context, &of, &environment, &name, settled));
    }

    fn forget_checklist(&self, id: String) {
        self.state.dialog.close();
        self.on_checklist_file(move |context| checklist::close(context, &id));
    }

    /// Changes what is kept, and shows what is then.
    fn on_checklist_file(&self, work: impl FnOnce(&Context) -> Result<(), Problem> + Send + 'static) {
        let actions = self.clone();
        let Some(context) = self.context() else { return };
        spawn(async move {
            let asked = Arc::clone(&context);
            let done = on_disk(move || work(&asked)).await;
            if let Err(problem) | Ok(Err(problem)) = done {
                let mut operation = actions.state.dialog.operation;
                operation.set(Operation::Failed(problem));
            }
            actions.note_checklists(&context).await;
        });
    }

    /// The checklist of the run that is shown.
    pub(super) fn checklist_of_run(&self) -> Option<Checklist> {
        let id = self.state.emergency.run.peek().as_ref()?.checklist.clone()?;
        self.state.checklists.find(&id)
    }
}
