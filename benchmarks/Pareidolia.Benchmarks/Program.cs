Console.Error.WriteLine("no benchmark yet");
