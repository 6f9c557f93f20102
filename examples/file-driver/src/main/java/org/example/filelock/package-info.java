/** Locks for the processes of one machine, kept in files: an example of a driver. */
package org.example.filelock;
