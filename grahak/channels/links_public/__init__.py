"""What links and dots in messages lead to: who followed and opened, people and machines told apart, kept before the
answer goes out, and without Django in front where only a redirect is asked for."""
