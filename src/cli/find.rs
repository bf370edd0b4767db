//! find: whose what leaked is, in texts, files, folders and the history of a repository.

use super::args::Find;
use super::find_sources::{self, Looked};
use super::{find_report, find_sarif, output};
use crate::connect::Target;
use crate::failure::{FAILED, Failure};
use model::{LeakError, Problem};
use service::revocation::{self, Search};
use text::Message;

/// Names the tokens of what leaked.
pub async fn find(target: &Target, options: &Find) -> Result<u8, Failure> {
    let looked = find_sources::look(options)?;
    tell_what_was_not_looked_at(&looked);
    let leak = match looked.leak {
        Ok(leak) => leak,
        Err(error) => return nothing(options, error),
    };
    if leak.is_cut_short() {
        output::warning(&Message::new(
            "There is more in it that may be a secret than is kept of a text: what comes late in it was not looked up.",
            "Look through it in parts.",
        ));
    }
    let connected = target.connect().await?;
    let search = revocation::find(&connected.context, &leak).await?;
    output::unlisted(&search.unlisted);
    print(options, &search)?;
    match search.problem() {
        None if looked.unread == 0 => Ok(0),
        None => Ok(FAILED),
        Some(problem) => {
            output::failure(&text::explain(&problem));
            Ok(FAILED)
        }
    }
}

fn print(options: &Find, search: &Search) -> Result<(), Failure> {
    if options.sarif {
        output::json(&find_sarif::log(search))
    } else if options.json {
        find_report::print_json(search)
    } else {
        find_report::print(search)
    }
}

/// Where nothing is in what was given. Of files and folders that is a result; where one text was given, it is the wrong one.
fn nothing(options: &Find, error: LeakError) -> Result<u8, Failure> {
    let is_search = options.git.is_some() || !options.files.is_empty();
    if is_search {
        let none = Search {
            sightings: Vec::new(),
            unlisted: Vec::new(),
        };
        if options.json || options.sarif {
            print(options, &none)?;
        }
    }
    let failure = Failure::from(Problem::from(error));
    let code = if is_search { FAILED } else { failure.code };
    Err(Failure { code, ..failure })
}

fn tell_what_was_not_looked_at(looked: &Looked) {
    if looked.histories > 0 {
        output::tell(&format!(
            "{} below it is left out: find --git looks through a history.",
            text::plural(looked.histories, "folder .git")
        ));
    }
    if looked.files > 1 {
        output::tell(&format!("Looked through {}.", text::plural(looked.files, "file")));
    }
    if looked.unread > 0 {
        output::warning(&Message::new(
            format!(
                "{} could not be read, as is said above.",
                text::plural(looked.unread, "file")
            ),
            "What leaked may be there: see that you may read it, and look again.",
        ));
    }
}
