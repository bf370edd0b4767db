//! Certificates, proxies and clocks: why a server was not asked.

use jiff::tz::TimeZone;

use super::{Message, plural_u64};
use model::{CertificateFlaw, ProxyFlaw};
use protocol::Moment;

/// Clocks that differ by less are taken for the same, in seconds.
const SAME_TIME: u64 = 120;

/// A certificate that is not trusted.
pub(super) fn untrusted(flaw: &CertificateFlaw) -> Message {
    const NOTHING: &str = "Nothing was sent.";
    let exact = |at: &Moment| at.exact(&TimeZone::system());
    let (what, next) = match flaw {
        CertificateFlaw::UnknownIssuer => (
            "nobody whom this machine trusts has signed it".to_owned(),
            "Where your organisation has a CA of its own, install its certificate in the system's store, or name its file in \
             SSL_CERT_FILE. Otherwise somebody may be between you and the server."
                .to_owned(),
        ),
        CertificateFlaw::Expired { ended } => (
            match ended {
                Some((ended, _)) => format!("it ended on {}", exact(ended)),
                None => "it has expired".to_owned(),
            },
            format!(
                "{}If that is right, the people who run the server have to renew it.",
                clock(ended.as_ref().map(|(_, now)| now))
            ),
        ),
        CertificateFlaw::NotValidYet { begins } => (
            match begins {
                Some((begins, _)) => format!("it begins on {}", exact(begins)),
                None => "it is not valid yet".to_owned(),
            },
            format!(
                "{}If that is wrong, set the clock: it is behind.",
                clock(begins.as_ref().map(|(_, now)| now))
            ),
        ),
        CertificateFlaw::OtherName { names } => (
            match names.is_empty() {
                true => "it is for another name".to_owned(),
                false => format!("it is for {}", names.join(", ")),
            },
            "Check the server's address. If it is right, somebody may be between you and the server.".to_owned(),
        ),
        CertificateFlaw::Revoked => (
            "its issuer has revoked it".to_owned(),
            "Ask the people who run the server.".to_owned(),
        ),
        CertificateFlaw::Other(said) => (
            said.trim_end_matches('.').to_owned(),
            "Ask the people who run the server, or who run your network.".to_owned(),
        ),
    };
    Message::new(
        format!("The server's certificate cannot be trusted: {what}. {NOTHING}"),
        next,
    )
}

fn clock(now: Option<&Moment>) -> String {
    let now = now.map(|now| now.exact(&TimeZone::system()));
    now.map_or_else(
        || "Check this machine's clock. ".to_owned(),
        |now| format!("This machine's clock says {now}. "),
    )
}

/// A proxy that did not do its part.
pub(super) fn proxy(proxy: &str, flaw: ProxyFlaw) -> Message {
    const VARIABLES: &str = "HTTPS_PROXY or ALL_PROXY";
    match flaw {
        ProxyFlaw::Unreachable => Message::new(
            format!("The proxy {proxy} cannot be reached. Nothing was sent."),
            format!("Check {VARIABLES}, or name the server in NO_PROXY if it can be reached without."),
        ),
        ProxyFlaw::WantsPassword => Message::new(
            format!("The proxy {proxy} wants a user name and a password, or other ones. Nothing was sent."),
            format!("Put them into {VARIABLES}, as in http://NAME:PASSWORD@HOST:PORT."),
        ),
        ProxyFlaw::NoWayThrough => Message::new(
            format!(
                "The proxy {proxy} does not reach the server, or does not let you through to it. Nothing was sent."
            ),
            format!(
                "Check user name and password in {VARIABLES}, ask the people who run the proxy, or name the server in \
                 NO_PROXY if it can be reached without."
            ),
        ),
    }
}

/// By how much the server's clock is `ahead` of this machine's, in seconds, where that is worth a word: a time that was counted from
/// one is told by the other.
pub fn clocks_differ(ahead: i64) -> Option<Message> {
    let by = ahead.unsigned_abs();
    if by <= SAME_TIME {
        return None;
    }
    let by = match by {
        0..7200 => plural_u64(by / 60, "minute"),
        7200..172_800 => plural_u64(by / 3600, "hour"),
        _ => plural_u64(by / 86_400, "day"),
    };
    let way = if ahead > 0 { "behind" } else { "ahead of" };
    Some(Message::new(
        format!(
            "This machine's clock is {by} {way} the server's: ends and last uses that are told here are off by as much."
        ),
        "Set this machine's clock, or have it set by the network. If it is right, tell the people who run the server.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_minutes_are_no_difference() {
        for (ahead, says) in [
            (0, None),
            (120, None),
            (-120, None),
            (121, Some("2 minutes behind the server's")),
            (-3600, Some("60 minutes ahead of the server's")),
            (10_800, Some("3 hours behind")),
            (i64::MAX, Some("days behind")),
            (-400_000, Some("4 days ahead of")),
        ] {
            let told = clocks_differ(ahead);
            match says {
                None => assert_eq!(told, None, "{ahead}"),
                Some(says) => assert!(told.unwrap().what.contains(says), "{ahead}"),
            }
        }
    }
}
