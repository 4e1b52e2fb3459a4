"""Programs that are killed while they launch campaigns, and what resumes and checks them."""
