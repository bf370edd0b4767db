//! The services against a stand-in that answers literally as the hosted server does where the local workspace may differ:
//! organisations that were moved, people who are no admins, keys with all their recipients or with no envelope.

mod activity;
mod along;
mod developer;
mod ends;
mod holders;
mod identity;
mod keys;
mod organizations;
mod shapes;
mod stand_in;
mod unreadable;
