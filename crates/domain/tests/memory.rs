//! The in-memory repository fulfills the contract.

use tasknook_domain::testing::MemoryTasks;
use tasknook_domain::testing::contract::quota_limits;

tasknook_domain::repository_contract!(Box::new(MemoryTasks::default()));
tasknook_domain::quota_contract!(Box::new(MemoryTasks::with_limits(quota_limits())));
