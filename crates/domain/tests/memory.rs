//! The in-memory repository fulfills the contract.

tasknook_domain::repository_contract!(Box::new(tasknook_domain::testing::MemoryTasks::default()));
