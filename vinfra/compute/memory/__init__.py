"""Memory of hosts that give their VMs more than they have: who keeps how much, what is taken back, what that costs."""
