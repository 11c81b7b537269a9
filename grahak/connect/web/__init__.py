"""What a web shop needs of us: the script for its pages, who may send by it, visitors without cookies."""
