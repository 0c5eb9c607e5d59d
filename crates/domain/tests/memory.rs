//! The in-memory repository keeps the contract of repositories.

tasknook_domain::repository_contract!(Box::new(tasknook_domain::testing::MemoryTasks::default()));
