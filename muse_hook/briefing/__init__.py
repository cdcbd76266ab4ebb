"""What somebody is told before and while they work beside others: news, uses, what to know before an edit."""
