//! The local workspace over real HTTP, with a real database and real cryptography.

mod access;
mod backup;
mod crash;
mod damage;
mod files;
mod flood;
#[cfg(target_os = "linux")]
mod full_disk;
mod gate;
mod lifecycle;
mod old;
mod publication;
mod push;
mod reshare;
mod sample;
mod table;
mod webhooks;
