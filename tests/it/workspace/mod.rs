//! The local workspace over real HTTP, with a real database and real cryptography.

mod access;
mod crash;
mod files;
mod flood;
mod gate;
mod lifecycle;
mod old;
mod publication;
mod push;
mod reshare;
mod sample;
mod table;
