"""What the block editor does to a letter: blocks put in, moved, copied and taken out, words kept as they are typed,
every step taken back and done again."""
