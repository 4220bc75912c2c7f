"""What can be done: one file per verb family, each public function one transaction."""
