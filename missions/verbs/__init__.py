"""What people's clicks and words do to Missions: each verb checks its right, then commits once."""
