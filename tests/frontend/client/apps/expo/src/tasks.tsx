import { useState } from "react";
import { FlatList, Pressable, Text, TextInput, View } from "react-native";
import { TasknookProvider, useMutations, useTasks } from "tasknook-client/react";

interface Props {
  apiUrl: string;
  userId: string;
  fetchToken: () => Promise<string>;
}

export function TasksScreen({ apiUrl, userId, fetchToken }: Props) {
  return (
    <TasknookProvider baseUrl={apiUrl} userId={userId} fetchToken={fetchToken}>
      <Tasks />
    </TasknookProvider>
  );
}

function Tasks() {
  const { tasks, error, loadMore } = useTasks();
  const { create, complete, remove } = useMutations();
  const [title, setTitle] = useState("");
  const [failure, setFailure] = useState<string>();

  function show(change: Promise<unknown>) {
    change.then(() => setFailure(undefined)).catch((reason: Error) => setFailure(reason.message));
  }

  function add() {
    show(create({ title }));
    setTitle("");
  }

  return (
    <View>
      <TextInput accessibilityLabel="New task" value={title} onChangeText={setTitle} onSubmitEditing={add} maxLength={200} />
      <Pressable role="button" onPress={add}>
        <Text>Add</Text>
      </Pressable>
      {(failure ?? error) && <Text role="alert">{failure ?? error?.message}</Text>}
      <FlatList
        data={tasks}
        keyExtractor={(task) => task.id}
        onEndReached={loadMore}
        renderItem={({ item }) => (
          <View role="listitem">
            <Pressable role="checkbox" aria-label={item.title} aria-checked={item.completed} onPress={() => show(complete(item))}>
              <Text>{item.completed ? "☑" : "☐"} {item.title}</Text>
            </Pressable>
            <Pressable role="button" aria-label={`Delete ${item.title}`} onPress={() => show(remove(item))}>
              <Text>×</Text>
            </Pressable>
          </View>
        )}
      />
    </View>
  );
}
