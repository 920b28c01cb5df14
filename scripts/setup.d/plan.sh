say_plan() { :; }
